// What goes with a request, and how the client says that it has its place.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, before } from "node:test";
import { publish, subscribe } from "../../src/web/client.js";
import { faster, notice, nothing_yet, one_event, refused, scripted, start_server, take, test, with_globals }
  from "./support.mjs";

let server;
before(async () => { server = await start_server(); });
after(() => server.stop());

let used = 0;
const fresh = () => `request ${++used}`;
const send = (category, data) => publish(server.url, { category, data });
const token = (n) => ({ Authorization: `Bearer ${n}` });

test("an exception in a callback is reported, and the subscription goes on with nothing lost or repeated", async () => {
  const category = fresh(), seen = [], reported = [];
  const progress = notice();
  const console = { ...globalThis.console, error: (problem) => reported.push(problem.message) };
  await with_globals({ console }, async () => {
    const events = subscribe(server.url, category, {
      onEvent({ data }) {
        seen.push(data);
        progress.heard();
        if (data === 2) throw new Error("thrown at 2");
        if (data === 3) return Promise.reject(new Error("rejected at 3"));
      },
      onState() { throw new Error("thrown by onState"); },
    });
    await events.ready;
    await publish(server.url, [1, 2, 3, 4].map((data) => ({ category, data })));
    await progress.until(() => seen.length === 4);
    await send(category, 5);
    await progress.until(() => seen.length === 5);
    events.stop();
  });
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.deepEqual(reported, ["thrown by onState", "thrown at 2", "rejected at 3"]);
});

test("an exception in onGap does not end the subscription", async () => {
  const small = await start_server("--max-event-buffer-size", "1");
  const { id: cursor } = await publish(small.url, { category: "a", data: 0 });
  for (const data of [1, 2]) await publish(small.url, { category: "a", data });
  const reported = [];
  const console = { ...globalThis.console, error: (problem) => reported.push(problem.message) };
  const onGap = () => { throw new Error("thrown by onGap"); };
  assert.deepEqual(await with_globals({ console }, () => take(subscribe(small.url, "a", { cursor, onGap }), 1)), [2]);
  assert.deepEqual(reported, ["thrown by onGap"]);
  await small.stop();
});

test("headers and address may be functions, asked at each request", async () => {
  const shy = await scripted(nothing_yet, nothing_yet, one_event);
  let asked = 0;
  const seen = await take(subscribe(async () => `${shy.url}/${++asked}`, "a", { headers: () => token(asked) }), 1);
  assert.deepEqual(seen, [1]);
  assert.deepEqual(shy.asked.map(({ url, headers }) => [url.split("/events")[0], headers.authorization]),
    [["/1", "Bearer 1"], ["/2", "Bearer 2"], ["/3", "Bearer 3"]]);
  await shy.close();
  const taking = await scripted([200, '{"success":true}']);
  await publish(() => taking.url, { category: "a", data: 1 }, { headers: async () => token("p") });
  assert.equal(taking.asked[0].headers.authorization, "Bearer p");
  await taking.close();
});

test("after a 401 a function is asked once more, and only then the 401 counts", async () => {
  let asked = 0;
  const headers = async () => token(++asked);
  const expired = await scripted(refused(401), one_event);
  assert.deepEqual(await take(subscribe(expired.url, "a", { headers }), 1), [1]);
  assert.deepEqual(expired.asked.map((one) => one.headers.authorization), ["Bearer 1", "Bearer 2"]);
  await expired.close();
  const closed = await scripted(refused(401));
  await assert.rejects(take(subscribe(closed.url, "a", { headers }), 1), ({ status, final }) => final && status === 401);
  assert.equal(closed.asked.length, 2);
  await assert.rejects(publish(closed.url, { category: "a", data: 1 }, { headers }), { status: 401 });
  assert.equal(closed.asked.length, 4);
  await assert.rejects(publish(closed.url, { category: "a", data: 1 }, { headers: token(0) }), { status: 401 });
  await assert.rejects(take(subscribe(closed.url, "a", { headers: token(0) }), 1), { status: 401 });
  assert.equal(closed.asked.length, 6, "what is given as it is cannot be asked again");
  await closed.close();
});

test("a headers function that fails is asked again; one that never settles does not keep stop() from ending", async () => {
  let left = 4;
  const shy = await scripted(one_event);
  const headers = () => {
    if (--left === 3) throw new Error("no token");
    return left === 2 ? Promise.reject() : left === 1 ? new Promise(() => {}) : token(1);
  };
  const states = [];
  const onState = (state, problem) => states.push([state, problem?.message]);
  assert.deepEqual(await with_globals(faster(50), () => take(subscribe(shy.url, "a", { headers, onState }), 1)), [1]);
  assert.deepEqual(states, [["retrying", "no token"], ["connected", undefined]]);
  assert.equal(shy.asked.length, 1);
  const hanging = subscribe(shy.url, "a", { headers: () => new Promise(() => {}) });
  const loop = take(hanging, 1);
  hanging.stop();
  assert.deepEqual(await loop, []);
  await shy.close();
});

test("what is published once it is ready is not missed, by callbacks or by a loop, in any of its categories", async () => {
  for (const round of [1, 2, 3]) {
    const [a, b] = [fresh(), fresh()], seen = [];
    const progress = notice();
    const events = subscribe(server.url, [a, b], { onEvent: ({ data }) => { seen.push(data); progress.heard(); } });
    const loop = subscribe(server.url, [a, b]);
    if (round === 2) await send(b, "early");
    await Promise.all([events.ready, loop.ready]);
    await send(a, "a");
    await send(b, "b");
    const without = (all) => all.filter((data) => data !== "early");
    await progress.until(() => without(seen).length === 2);
    assert.deepEqual(without(seen), ["a", "b"]);
    const taken = [];
    for await (const { data } of loop) if (data !== "early" && taken.push(data) === 2) break;
    assert.deepEqual(taken, ["a", "b"]);
    events.stop();
  }
});

test("ready resolves within seconds with a cursor too, and not while the server is away", async () => {
  const category = fresh();
  const { id: cursor } = await send(category, 1);
  const began = Date.now();
  const events = subscribe(server.url, category, { cursor, onEvent() {} });
  await events.ready;
  assert.ok(Date.now() - began < 10_000);
  events.stop();
  const away = await scripted(refused(503, { "Retry-After": "1" }), refused(503), nothing_yet, null);
  const late = subscribe(away.url, "a", { cursor, onEvent() {} });
  await late.ready;
  assert.equal(away.asked.length >= 3, true);
  late.stop();
  await away.close();
});

test("ready is rejected by what ended it: a stop, or the server's last word", async () => {
  const silent = await scripted(null);
  const stopped = subscribe(silent.url, "a", { onEvent() {} });
  stopped.stop();
  await assert.rejects(stopped.ready, { name: "AbortError" });
  const looped = subscribe(silent.url, "a");
  const waiting = looped.ready;
  looped.stop();
  await assert.rejects(waiting, { name: "AbortError" });
  assert.deepEqual(await take(looped, 1), []);
  await assert.rejects(subscribe(server.url, "", { onEvent() {}, onState() {} }).ready, { status: 400 });
  const bad = subscribe(server.url, "");
  await assert.rejects(bad.ready, { status: 400 });
  await assert.rejects(take(bad, 1), { status: 400 });
  await silent.close();
});

test("publish never throws at once: whatever is wrong rejects its promise", async () => {
  const knot = {};
  knot.knot = knot;
  for (const [url, data] of [["no address", 1], [server.url, knot], [server.url, 1n],
    [() => { throw new Error("no address"); }, 1]]) {
    let promise;
    assert.doesNotThrow(() => { promise = publish(url, { category: "a", data }); });
    await assert.rejects(promise, Error);
  }
});

test("a hundred polls leave no listener behind", async () => {
  const warnings = [];
  const warned = (warning) => warnings.push(warning.message);
  process.on("warning", warned);
  const quick = await scripted(nothing_yet);
  const ending = new AbortController();
  const events = subscribe(quick.url, "a", { signal: ending.signal, onEvent() {} });
  while (quick.asked.length < 100) await new Promise((turn) => setTimeout(turn, 5));
  assert.equal(getEventListeners(ending.signal, "abort").length, 1);
  events.stop();
  assert.equal(getEventListeners(ending.signal, "abort").length, 0);
  await new Promise((turn) => setImmediate(turn));
  process.off("warning", warned);
  assert.deepEqual(warnings, []);
  await quick.close();
});

test("onState is told changes and nothing else", async () => {
  const moody = await scripted(nothing_yet, nothing_yet, refused(503), refused(502), nothing_yet, nothing_yet, one_event);
  const states = [];
  await with_globals(faster(100), () => take(subscribe(moody.url, "a", { onState: (state) => states.push(state) }), 1));
  assert.deepEqual(states, ["connected", "retrying", "connected"]);
  await moody.close();
});
