// What the operator's page makes of the server's figures, without a server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "./support.mjs";

// Node 18 takes a file of this name for a module only where a package.json says so.
const text = readFileSync(new URL("../../src/http/admin/figures.js", import.meta.url));
const { History, quantile } = await import(`data:text/javascript;base64,${text.toString("base64")}`);

const bounds = [0.001, 0.01, 0.1];
const status = (uptime, { published = 0, counts = [0, 0, 0, 0], refused = 0, mine = 0 } = {}) => ({
  parked_polls: 1, buffer_bytes: 0, events_published: published, limits_reached: refused ? { max_connections: refused } : {},
  metrics: {
    uptime_seconds: uptime, requests_total: { "/events": { "2xx": published, "4xx": 0 }, "/admin/status": { "2xx": mine } },
    events_delivered_total: 0, polls_ended_total: { event: 0 }, process_cpu_seconds_total: 0,
    wake_latency_seconds: { bounds, counts }, request_duration_seconds: { bounds, counts }, shard_turn_duration_seconds: {},
    store_commit_duration_seconds: {},
  },
});

test("a quantile lies in the bucket where so many are below it, and there is none of nothing", () => {
  assert.equal(quantile(bounds, [0, 0, 0, 0], 0.5), null);
  assert.equal(quantile(bounds, [10, 0, 0, 0], 0.5), 0.0005);
  assert.equal(quantile(bounds, [50, 50, 0, 0], 0.5), 0.001);
  assert.ok(Math.abs(quantile(bounds, [0, 100, 0, 0], 0.99) - 0.00991) < 1e-9);
  assert.equal(quantile(bounds, [0, 0, 0, 5], 0.5), 0.1);
});

test("rates are of the last seconds by the server's clock, and the page's own requests count for nothing", () => {
  const one = new History();
  assert.equal(one.push(status(10), 0).values.published, null);
  assert.equal(one.push(status(11, { published: 30, mine: 5 }), 1000).values.published, 30);
  const { values } = one.push(status(14, { published: 30, mine: 9 }), 4000);
  assert.equal(values.published, 0);
  assert.equal(values.requests, 0);
});

test("a server that has used no time yet leaves the figure out, which is none", () => {
  const one = new History(), first = status(1);
  delete first.metrics.process_cpu_seconds_total;
  one.push(first, 0);
  assert.equal(one.push(status(2), 1000).values.cpu, 0);
});

test("latencies are of what came lately", () => {
  const one = new History();
  one.push(status(10, { counts: [100, 0, 0, 0] }), 0);
  assert.equal(one.push(status(11, { counts: [100, 0, 0, 0] }), 1000).values["wake p50"], null);
  assert.ok(Math.abs(one.push(status(12, { counts: [100, 0, 8, 0] }), 2000).values["wake p50"] - 0.055) < 1e-9);
});

test("nothing is reckoned across a server's restart", () => {
  const one = new History();
  one.push(status(100, { published: 500, refused: 7 }), 0);
  const first = one.push(status(1, { published: 2 }), 1000);
  assert.ok(first.restarted);
  assert.equal(first.values.published, null);
  assert.equal(one.push(status(3, { published: 4, refused: 2 }), 3000).values.published, 1);
  assert.deepEqual(one.lately("limits"), { max_connections: 2 });
  // One that was up for longer when it was first asked than the one before it ever was.
  assert.ok(one.push(status(9, { published: 1 }), 9000).restarted);
  const other = status(20, { published: 1 });
  other.metrics.process_start_time_seconds = 5;
  assert.ok(one.push(other, 20_000).restarted);
});

test("no more is kept than is shown, but for the one before, where the first line begins", () => {
  const one = new History();
  for (let at = 0; at <= 600; at += 100) one.push(status(at + 1, { published: at }), at * 1000);
  assert.deepEqual(one.samples.map(({ time }) => time / 1000), [200, 300, 400, 500, 600]);
  assert.equal(one.last.values.published, 1);
  assert.equal(one.span, 300_000);
  assert.equal(one.nearest(520_000).time, 500_000);
});
