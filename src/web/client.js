// A client of longpolld for browsers, workers and Node. What it promises is in client.d.ts.
const again = [408, 425, 429];

const address = (base, path) => new URL(path, new URL(`${base}`.replace(/\/?$/, "/"), globalThis.location?.href));

async function ask(url, { headers, credentials }, more) {
  // Without no-store a browser sends equal requests one after the other.
  const reply = await fetch(url, { cache: "no-store", headers, credentials, ...more });
  const { status } = reply;
  const body = await reply.json().catch(() => 0);
  if (reply.ok && body) return body;
  const after = reply.headers.get("Retry-After");
  throw Object.assign(new Error(body.error ?? `no answer of longpolld: status ${status}`), {
    status,
    wait: after * 1000 || Date.parse(after) - Date.now() || 0,
    final: status >= 400 && status < 500 && !again.includes(status),
  });
}

export function publish(base, events, options = {}) {
  const { signal } = options;
  return ask(address(base, "publish"), options, { method: "POST", body: JSON.stringify(events), signal });
}

export function subscribe(base, categories, options = {}) {
  const { cursor = "", sinceTime, timeout = 30, signal, onEvent, onGap, onState } = options;
  const given = cursor.split(",");
  const at = new Map([categories].flat().map((name, i) => [name, given[i] ?? ""]));
  const page = options.pauseHidden && globalThis.document;
  const isPlaced = () => [...at.values()].every(Boolean);
  const end = new AbortController();
  const ended = end.signal;
  let cut = new AbortController(), tabs, failures = 0;

  const restart = () => cut.abort(0);
  const regroup = () => { tabs &&= tabs.leave(); restart(); };
  const stop = () => { end.abort(); regroup(); };
  const pause = (ms) => new Promise((over) => {
    const timer = setTimeout(over, Math.min(ms, 2 ** 31 - 1));
    cut.signal.addEventListener("abort", () => over(clearTimeout(timer)));
  });

  async function poll() {
    const names = [...at.keys()], from = [...at.values()], mine = cut;
    // Without a position there is nothing to come back with: soon there is.
    const seconds = isPlaced() ? timeout : 1;
    const query = new URLSearchParams([...names.map((name) => ["category", name]), ["timeout", seconds]]);
    if (from.some(Boolean)) query.set("cursor", from);
    if (sinceTime >= 0) query.set("since_time", sinceTime);
    const timer = setTimeout(() => mine.abort(new Error("no answer in time")), seconds * 1000 + 10000);
    try {
      const reply = await ask(`${address(base, "events")}?${query}`, options, { signal: mine.signal });
      return { ...reply, names, from, to: reply.cursor.split(",") };
    } finally {
      clearTimeout(timer);
    }
  }

  async function next() {
    while (!ended.aborted) {
      if (cut.signal.aborted) cut = new AbortController();
      if (!at.size || page?.hidden) {
        await pause(Infinity);
        continue;
      }
      try {
        const reply = await poll();
        failures = 0;
        onState?.("connected");
        return reply;
      } catch (problem) {
        const { aborted, reason } = cut.signal;
        if (aborted && !reason) continue;
        if (problem.final) throw problem;
        cut = new AbortController();
        onState?.("retrying", reason || problem);
        await pause((problem.wait ?? 0) + Math.random() * Math.min(30000, 500 * 2 ** failures++));
      }
    }
  }

  async function* run() {
    globalThis.addEventListener?.("online", restart, { signal: ended });
    page?.addEventListener("visibilitychange", restart, { signal: ended });
    try {
      while (!ended.aborted) {
        if (options.share && isPlaced() && globalThis.navigator?.locks) {
          const { join } = await import("./client-tabs.js");
          tabs ||= join(`${address(base, options.share)} ${[...at.keys()].sort()}`, at, next);
        }
        const reply = await (tabs || { next }).next();
        if (!reply) continue;
        const { names, to, events = [], gap } = reply;
        if (gap?.length) onGap?.(gap);
        for (const event of events) {
          if (!at.has(event.category)) continue;
          // Event by event, so that the cursor always says what was handed out.
          at.set(event.category, event.id);
          yield event;
        }
        names.forEach((name, i) => at.has(name) && at.set(name, to[i]));
      }
    } finally {
      stop();
    }
  }

  async function hand() {
    try {
      for await (const event of events) onEvent(event);
    } catch (problem) {
      if (!onState) throw problem;
      onState("ended", problem);
    }
  }

  const events = run();
  signal?.aborted ? stop() : signal?.addEventListener("abort", stop);
  if (onEvent) hand();
  return {
    get cursor() { return [...at.values()].join(); },
    get categories() { return [...at.keys()]; },
    add(name, cursor = "") { at.set(name, at.get(name) || cursor); regroup(); },
    remove(name) { at.delete(name) && regroup(); },
    stop,
    [Symbol.asyncIterator]: () => events,
  };
}
