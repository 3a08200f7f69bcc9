// Its promises: client.d.ts
const current = (value) => (typeof value == "function" ? value() : value);
const address = (base, path) => new URL(`${base}`.replace(/\/?$/, "/") + path, globalThis.location?.href);

async function tell(listener, ...what) {
  try { await listener?.(...what); } catch (problem) { console.error(problem); }
}

async function ask(base, path, options, more, isLast) {
  const { headers, credentials, signal } = options;
  const url = await current(base), fields = await current(headers);
  // no-store, or equal requests queue.
  const reply = await fetch(address(url, path), { cache: "no-store", headers: fields, credentials, signal, ...more });
  const { status } = reply;
  const body = await reply.json().catch(() => 0);
  if (reply.ok && body) return body;
  if (status == 401 && !isLast && (url != base || fields != headers)) return ask(base, path, options, more, true);
  const after = reply.headers.get("Retry-After");
  throw Object.assign(new Error(body.error ?? `status ${status}`), {
    status,
    wait: after * 1000 || Math.max(0, Date.parse(after) - Date.now()) || 0,
    final: /^4(?!08|25|29)/.test(status),
  });
}

export async function publish(base, events, options = {}) {
  return ask(base, "publish", options, { method: "POST", body: JSON.stringify(events) });
}

export function subscribe(base, categories, options = {}) {
  let { cursor = "", sinceTime, timeout = 30, signal, share, onEvent, onGap, onState } = options;
  const given = cursor.split(",");
  const at = new Map([categories].flat().map((name, i) => [name, given[i] ?? ""]));
  const page = options.pauseHidden && globalThis.document;
  const isPlaced = () => [...at.values()].every(Boolean);
  const end = new AbortController();
  const ended = end.signal;
  let cut, tabs, state, early, settle, failures = 0;

  const ready = new Promise((...both) => { settle = both; });
  ready.catch(() => {});
  const restart = () => cut?.abort();
  const regroup = () => { tabs &&= tabs.leave(); restart(); };
  const stop = () => { end.abort(); regroup(); settle[1](ended.reason); };
  const say = (next, problem) => next != state && tell(onState, state = next, problem);
  const pause = (ms) => new Promise((over) => {
    const timer = setTimeout(() => over(true), Math.min(ms, 2e9));
    cut = new AbortController();
    cut.signal.addEventListener("abort", () => over(clearTimeout(timer)));
  });

  async function poll() {
    const names = [...at.keys()], from = [...at.values()];
    // At first soon: where is now?
    const seconds = isPlaced() && state == "connected" ? current(timeout) : 1;
    const query = new URLSearchParams([...names.map((name) => ["category", name]), ["timeout", seconds]]);
    if (from.some(Boolean)) query.set("cursor", from);
    if (sinceTime >= 0) query.set("since_time", sinceTime);
    const over = pause(seconds * 1000 + 10000).then((isLate) => { throw isLate ? new Error("no answer in time") : cut; });
    try {
      const reply = await Promise.race([over, ask(base, `events?${query}`, options, { signal: cut.signal })]);
      sinceTime = -1;
      return { ...reply, names, from, to: reply.cursor.split(",") };
    } finally {
      restart();
    }
  }

  async function next() {
    while (!ended.aborted) {
      try {
        if (at.size && !page?.hidden) {
          const reply = await poll();
          failures = 0;
          say("connected");
          return reply;
        }
        await pause(Infinity);
      } catch (problem) {
        if (problem == cut) continue;
        if (problem?.final) {
          settle[1](problem);
          throw problem;
        }
        say("retrying", problem);
        await pause((problem?.wait ?? 0) + Math.random() * Math.min(30000, 500 * 2 ** failures++));
      }
    }
  }

  async function* run() {
    early ??= 0;
    globalThis.addEventListener?.("online", restart, { signal: ended });
    page?.addEventListener("visibilitychange", regroup, { signal: ended });
    try {
      while (!ended.aborted) {
        if (share && isPlaced() && !page?.hidden && globalThis.navigator?.locks) {
          const { join } = await import("./client-tabs.js");
          tabs ||= join(`${address(await current(base), share)} ${JSON.stringify([...at.keys()].sort())}`, at, next);
        }
        const reply = await (early || (tabs || { next }).next());
        early = 0;
        if (!reply) continue;
        settle[0]();
        const { names, from, to, events = [], gap } = reply;
        if (gap?.length) tell(onGap, gap);
        const move = (i, id) => at.get(names[i]) === (from[i] ?? 0) && at.set(names[i], from[i] = id);
        for (const event of events) if (move(names.indexOf(event.category), event.id)) yield event;
        names.forEach((name, i) => move(i, to[i]));
      }
    } finally {
      stop();
    }
  }

  async function hand() {
    try {
      for await (const event of events) tell(onEvent, event);
    } catch (problem) {
      if (!onState) throw problem;
      say("ended", problem);
    }
  }

  const events = run();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { signal: ended });
  if (onEvent) hand();
  return {
    get cursor() { return [...at.values()].join(); },
    get categories() { return [...at.keys()]; },
    get ready() {
      (early ??= next()).then?.(...settle);
      return ready;
    },
    add(name, cursor = "") { at.set(name, at.get(name) || cursor); regroup(); },
    remove(name) { at.delete(name) && regroup(); },
    stop,
    [Symbol.asyncIterator]: () => events,
  };
}
