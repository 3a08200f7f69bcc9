import assert from "node:assert/strict";
import { after, before } from "node:test";
import { publish, subscribe } from "../../src/web/client.js";
import { faster, notice, one_event, recording, refused, scripted, start_server, take, test, with_globals }
  from "./support.mjs";

let server;
before(async () => { server = await start_server("--max-event-buffer-size", "20"); });
after(() => server.stop());

let used = 0;
const fresh = () => `category ${++used}`;
const send = (category, ...all) => publish(server.url, all.map((data) => ({ category, data })));

test("callbacks get every event once and in order, whatever comes between two polls", async () => {
  const category = fresh(), seen = [];
  const all = Array.from({ length: 60 }, (_, i) => i);
  await new Promise((done) => {
    const events = subscribe(server.url, category, { onEvent({ data }) {
      seen.push(data);
      if (data === 59) { events.stop(); done(); }
    }, onState: async (state) => {
      if (state !== "connected" || events.started) return;
      events.started = true;
      for (const i of all) await send(category, i);
    } });
  });
  assert.deepEqual(seen, all);
});

test("a loop gets what is kept, and the cursor says what was handed out, event by event", async () => {
  const category = fresh();
  await send(category, 1, 2, 3, 4, 5);
  const first = subscribe(server.url, category, { sinceTime: 0 });
  assert.deepEqual(await take(first, 2), [1, 2]);
  assert.deepEqual(await take(subscribe(server.url, category, { cursor: first.cursor }), 3), [3, 4, 5]);
});

test("a gap is reported before the events that follow it", async () => {
  const category = fresh(), told = [];
  const { id: seen } = await publish(server.url, { category, data: 0 });
  for (let i = 1; i <= 21; ++i) await send(category, i);
  const events = subscribe(server.url, category, { cursor: seen, onGap: (gone) => told.push(gone) });
  const [{ value }] = [await events[Symbol.asyncIterator]().next()];
  assert.deepEqual([told, value.data], [[[category]], 2]);
  events.stop();
});

test("a subscription survives a restart of the server and reports what was lost as a gap", async () => {
  const mortal = await start_server();
  const seen = [], told = [], states = [];
  const progress = notice();
  const { until } = progress;
  const events = subscribe(mortal.url, "a", {
    onEvent: ({ data }) => { seen.push(data); progress.heard(); },
    onGap: (gone) => told.push(gone),
    onState: (state) => { states.push(state); progress.heard(); },
  });
  await until(() => states.includes("connected"));
  await publish(mortal.url, { category: "a", data: "before" });
  await until(() => seen.length === 1);
  await mortal.stop();
  await until(() => states.includes("retrying"));
  const reborn = await start_server("--listen", `127.0.0.1:${mortal.port}`);
  await publish(mortal.url, { category: "a", data: "after" });
  await until(() => seen.length === 2);
  assert.deepEqual([seen, told], [["before", "after"], [["a"]]]);
  events.stop();
  await reborn.stop();
});

test("an error that will not change ends the subscription with the server's message", async () => {
  const loop = take(subscribe(server.url, ""), 1);
  await assert.rejects(loop, ({ status, message, final }) => status === 400 && final && /category/.test(message));
  const ended = await new Promise((done) => {
    subscribe(server.url, "", { onEvent() {}, onState: (...all) => done(all) });
  });
  assert.deepEqual([ended[0], ended[1].status], ["ended", 400]);
});

test("408, 425, 429, 5xx and replies that do not come from longpolld are retried", async () => {
  const all = [408, 425, 429, 500, 502].map((status) => refused(status));
  const moody = await scripted(...all, [200, "<html>a captive portal"], [200, "[]"], one_event);
  const seen = await with_globals(faster(100), () => take(subscribe(moody.url, "a"), 1));
  assert.deepEqual([seen, moody.asked.length], [[1], 8]);
  await moody.close();
});

test("Retry-After is obeyed, as seconds and as a date", async () => {
  const shy = await scripted(refused(503, { "Retry-After": "1" }), one_event);
  await take(subscribe(shy.url, "a"), 1);
  assert.ok(shy.asked[1].at - shy.asked[0].at >= 990);
  await shy.close();
  const waits = [];
  const date = new Date(Date.now() + 60_000).toUTCString();
  const busy = await scripted(refused(503, { "Retry-After": date }), one_event);
  await with_globals(recording(waits), () => take(subscribe(busy.url, "a"), 1));
  assert.ok(waits[0] > 50_000 && waits[0] < 61_000, `waited ${waits[0]} ms`);
  await busy.close();
});

test("a date of Retry-After that is over by this clock still leaves a wait", async () => {
  const waits = [], random = Math.random;
  const date = new Date(Date.now() - 600_000).toUTCString();
  const busy = await scripted(refused(503, { "Retry-After": date }), one_event);
  Math.random = () => 0.5;
  await with_globals(recording(waits), () => take(subscribe(busy.url, "a"), 1));
  Math.random = random;
  assert.equal(waits[0], 250);
  await busy.close();
});

test("waits between attempts are random, double, and end at 30 seconds", async () => {
  const waits = [];
  let left = 10;
  const fetch = async () => { if (--left) throw new TypeError("no network"); return new Response(one_event[1]); };
  const random = Math.random;
  Math.random = () => 0.5;
  await with_globals({ fetch, ...recording(waits) }, () => take(subscribe("http://a.example", "a"), 1));
  Math.random = random;
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test("an absurd Retry-After makes the client wait as long as a timer can", async () => {
  const waits = [];
  const busy = await scripted(refused(503, { "Retry-After": "99999999" }), one_event);
  await with_globals(recording(waits), () => take(subscribe(busy.url, "a"), 1));
  assert.ok(waits[0] > 20 * 86_400_000 && waits[0] < 2 ** 31, `waited ${waits[0]} ms`);
  await busy.close();
});

test("a browser that is back online polls at once", async () => {
  const net = new EventTarget();
  const addEventListener = net.addEventListener.bind(net);
  const shy = await scripted(refused(503, { "Retry-After": "60" }), one_event);
  const began = Date.now();
  await with_globals({ addEventListener }, () => take(subscribe(shy.url, "a", {
    onState: (state) => state === "retrying" && setTimeout(() => net.dispatchEvent(new Event("online"))) }), 1));
  assert.ok(Date.now() - began < 10_000);
  await shy.close();
});

test("hidden pages pause when asked to, and only then", async () => {
  const document = Object.assign(new EventTarget(), { hidden: true });
  const show = (hidden) => { document.hidden = hidden; document.dispatchEvent(new Event("visibilitychange")); };
  await with_globals({ document }, async () => {
    const category = fresh(), seen = [];
    const never = await scripted(null);
    const paused = subscribe(never.url, category, { onEvent() {}, pauseHidden: true });
    const { id: cursor } = await publish(server.url, { category, data: 0 });
    await send(category, 1);
    assert.deepEqual(await take(subscribe(server.url, category, { cursor }), 1), [1]);
    assert.equal(never.asked.length, 0);
    paused.stop();
    const pausing = subscribe(server.url, category, { cursor, pauseHidden: true });
    const loop = (async () => { for await (const { data } of pausing) if (seen.push(data) === 2) break; })();
    await new Promise((turn) => setImmediate(turn));
    assert.deepEqual(seen, []);
    show(false);
    await send(category, 2);
    await loop;
    assert.deepEqual(seen, [1, 2]);
    await never.close();
  });
});

test("a poll without a reply is given up some seconds after its timeout", async () => {
  const silent = await scripted(null, one_event);
  const problems = [];
  await with_globals(faster(50), () => take(subscribe(silent.url, "a", {
    onState: (state, problem) => problem && problems.push(problem.message) }), 1));
  assert.deepEqual(problems, ["no answer in time"]);
  assert.equal(silent.asked.length, 2);
  await silent.close();
});

test("a signal, stop() and leaving the loop end the subscription and its request at once", async () => {
  const silent = await scripted(null);
  const asked = async (count) => { while (silent.asked.length < count) await new Promise((turn) => setImmediate(turn)); };
  const ending = new AbortController();
  const loop = take(subscribe(silent.url, "a", { signal: ending.signal }), 1);
  await asked(1);
  ending.abort();
  assert.deepEqual(await loop, []);
  await silent.asked[0].closed;
  const events = subscribe(silent.url, "a", { onEvent() {} });
  await asked(2);
  events.stop();
  await silent.asked[1].closed;
  assert.deepEqual(await take(subscribe(silent.url, "a", { signal: AbortSignal.abort() }), 1), []);
  assert.equal(silent.asked.length, 2);
  await silent.close();
});

test("categories join and leave while it runs, and the others miss nothing", async () => {
  const [a, b] = [fresh(), fresh()], seen = [];
  const until = async (is_so) => { while (!is_so()) await new Promise((turn) => setTimeout(turn, 5)); };
  const events = subscribe(server.url, a, {
    timeout: 1,
    onEvent: ({ category, data }) => seen.push([category, data]),
  });
  await events.ready;
  await send(b, "too early");
  events.add(b);
  await send(a, 1);
  await until(() => seen.length === 1 && events.cursor.split(",").every(Boolean));
  await send(b, 2);
  await send(a, 3);
  await until(() => seen.length === 3);
  events.remove(a);
  assert.deepEqual(events.categories, [b]);
  await send(a, "gone");
  await send(b, 4);
  await until(() => seen.length === 4);
  assert.deepEqual(seen, [[a, 1], [b, 2], [a, 3], [b, 4]]);
  events.remove(b);
  events.add(a, "");
  await until(() => events.cursor !== "");
  await send(a, 5);
  await until(() => seen.length === 5);
  events.stop();
});

test("a category that joins later begins where it is told, not where the first ones did", async () => {
  const [a, b] = [fresh(), fresh()], seen = [];
  const progress = notice();
  const { until } = progress;
  await send(a, 1, 2);
  await send(b, "before");
  const events = subscribe(server.url, a, {
    timeout: 1, sinceTime: 0,
    onEvent: ({ data }) => { seen.push(data); progress.heard(); },
  });
  await until(() => seen.length === 2);
  events.remove(a);
  events.add(a);
  events.add(b);
  while (!events.cursor.split(",").every(Boolean)) await new Promise((turn) => setTimeout(turn, 5));
  await send(a, 3);
  await send(b, 4);
  await until(() => seen.length === 4);
  assert.deepEqual(seen, [1, 2, 3, 4]);
  events.stop();
});

test("a place that is given while a reply is there holds, and nothing behind it is skipped", async () => {
  const category = fresh();
  const ids = [];
  for (const data of [1, 2, 3]) ids.push((await publish(server.url, { category, data })).id);
  const events = subscribe(server.url, category, { sinceTime: 0 });
  await events.ready;
  events.add(category, ids[1]);
  assert.deepEqual(await take(events, 1), [3]);
  const again = subscribe(server.url, category, { cursor: ids[0] });
  const loop = again[Symbol.asyncIterator]();
  assert.equal((await loop.next()).value.data, 2);
  again.remove(category);
  again.add(category, ids[0]);
  assert.equal((await loop.next()).value.data, 2);
  assert.equal((await loop.next()).value.data, 3);
  again.stop();
});

test("publish returns ids, rejects with the server's message and never retries by itself", async () => {
  const category = fresh();
  const { id: only, success } = await publish(`${server.url}/`, { category, data: { pig: "oink" } });
  assert.ok(success && only.length === 36);
  assert.equal((await send(category, 1, 2)).events.length, 2);
  await assert.rejects(publish(server.url, { category }), ({ status, message }) => status === 400 && /data/.test(message));
  const shy = await scripted(refused(503, { "Retry-After": "7" }));
  await assert.rejects(publish(shy.url, { category, data: 1 }), ({ status, wait }) => status === 503 && wait === 7000);
  assert.equal(shy.asked.length, 1);
  await shy.close();
});

test("a server below a path is asked there", async () => {
  for (const path of ["/long/poll", "/long/poll/"]) {
    const below = await scripted(one_event);
    await take(subscribe(below.url + path, ["a", "b&c"]), 1);
    assert.match(below.asked[0].url, /^\/long\/poll\/events\?category=a&category=b%26c&timeout=1$/);
    await below.close();
  }
});
