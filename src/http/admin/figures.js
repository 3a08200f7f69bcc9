// From what the server says of itself to what is drawn: rates of counters and quantiles of histograms.
const span = 5 * 60 * 1000, spanLeast = 60 * 1000;
const own = /^\/(admin|metrics)/;
const rateSeconds = 2.5, quantileSeconds = 10;
const sum = (of) => Object.values(of).reduce((total, each) => total + each, 0);

/** Of a histogram's counts, each of its bucket alone: linear within a bucket; null for none. */
export function quantile(bounds, counts, part) {
  const wanted = part * sum(counts);
  if (!wanted) return null;
  let below = 0;
  for (let i = 0; i < bounds.length; ++i) {
    if (below + counts[i] >= wanted) {
      const low = i ? bounds[i - 1] : 0;
      return low + (bounds[i] - low) * (wanted - below) / counts[i];
    }
    below += counts[i];
  }
  return bounds.at(-1);
}

/** Replies by class of status, but for those to operators, of whom this page is one. */
function replies(requests) {
  const all = { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 };
  for (const [path, classes] of Object.entries(requests)) {
    if (!own.test(path)) for (const [name, count] of Object.entries(classes)) all[name] += count;
  }
  return all;
}

function sample(status, time) {
  const { metrics } = status;
  const answered = replies(metrics.requests_total);
  return {
    time, status, uptime: metrics.uptime_seconds,
    counters: { published: status.events_published, delivered: metrics.events_delivered_total, requests: sum(answered),
      wakes: metrics.polls_ended_total.event, cpu: metrics.process_cpu_seconds_total ?? 0 },  // left out while it is 0
    histograms: { wake: metrics.wake_latency_seconds, request: metrics.request_duration_seconds,
      ...(metrics.store_commit_duration_seconds?.counts ? { commit: metrics.store_commit_duration_seconds } : {}),
      ...Object.fromEntries(Object.entries(metrics.shard_turn_duration_seconds).map(([i, turns]) => [`turn ${i}`, turns])) },
    /** Totals by name, for lists that say what was added lately. */
    totals: { replies: answered, ended: metrics.polls_ended_total, limits: status.limits_reached },
  };
}

/** Whether these are of different processes: one that ended soon may have been up for less than the next by now. */
function isOther(before, now) {
  const begun = (one) => one.status.metrics.process_start_time_seconds ?? 0;
  return now.uptime < before.uptime || Math.abs(begun(now) - begun(before)) > 0.05
    || Object.keys(now.counters).some((name) => now.counters[name] < before.counters[name]);
}

/** The samples of the last minutes, the oldest first. */
export class History {
  samples = [];

  get last() { return this.samples.at(-1); }

  /** How much is shown, in milliseconds: little at first, so that a page just opened is not empty. */
  get span() { return Math.min(span, Math.max(spanLeast, this.last.time - this.samples[0].time)); }

  push(status, time = Date.now()) {
    const before = this.last, now = sample(status, time);
    now.restarted = Boolean(before) && isOther(before, now);
    this.samples.push(now);
    while (this.samples[1]?.time < time - span) this.samples.shift();
    now.values = { parked: status.parked_polls, kept: status.buffer_bytes, memory: status.metrics.process_resident_memory_bytes };
    const early = this.before(rateSeconds), earlier = this.before(quantileSeconds);
    for (const [name, counter] of Object.entries(now.counters)) {
      now.values[name] = early ? (counter - early.counters[name]) / (now.uptime - early.uptime) : null;
    }
    for (const [name, { bounds, counts }] of Object.entries(now.histograms)) {
      const then = earlier?.histograms[name]?.counts ?? counts;
      const since = counts.map((each, i) => each - then[i]);
      now.values[`${name} p50`] = quantile(bounds, since, 0.5);
      now.values[`${name} p99`] = quantile(bounds, since, 0.99);
    }
    return now;
  }

  /** The last one that is so many seconds older than now, else the oldest; none from before the server's start. */
  before(seconds) {
    const { samples, last } = this;
    for (let i = samples.length - 1; i > 0; --i) {
      if (samples[i].restarted) return samples[i] === last ? undefined : samples[i];
      if (last.time - samples[i - 1].time >= seconds * 1000) return samples[i - 1];
    }
    return samples.length > 1 ? samples[0] : undefined;
  }

  /** How much each of these totals has grown in the time that is shown. */
  lately(name) {
    const now = this.last.totals[name], then = this.before(span / 1000)?.totals[name] ?? now;
    return Object.fromEntries(Object.entries(now).map(([key, total]) => [key, total - (then[key] ?? 0)]));
  }

  nearest(time) {
    return this.samples.reduce((best, each) => (Math.abs(each.time - time) < Math.abs(best.time - time) ? each : best));
  }
}
