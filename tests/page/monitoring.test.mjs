// The dashboard and the rules for Prometheus ask for what the server says, and the rules tell what they should.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { parse } from "yaml";
import { root } from "./openapi.mjs";
import { binary, start_server, test, until } from "./support.mjs";

const read = (name) => readFileSync(join(root, name), "utf8");
const is_there = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const has_admin = execFileSync(binary, ["--help"], { encoding: "utf8" }).includes("--admin-listen ");
const without_figures = { skip: !has_admin && "this program has no --admin-listen" };
const without_promtool = { skip: !is_there("promtool") && "promtool is not installed" };
const place = mkdtempSync(join(tmpdir(), "longpolld-monitoring-"));
after(() => rmSync(place, { recursive: true }));

const dashboard = JSON.parse(read("config/monitoring/grafana.json"));
const rules = parse(read("config/monitoring/alerts.yaml")).groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const targets = panels.flatMap(({ title, targets: of }) => of.map((one) => ({ title, ...one })));

function promtool(words, input) {
  const { stdout, stderr, status } = spawnSync("promtool", words, { cwd: join(root, "config/monitoring"), input, encoding: "utf8" });
  assert.equal(status, 0, `promtool ${words.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

async function scrape(...options) {
  const server = await start_server("--admin-listen", "127.0.0.1:0", ...options);
  const port = await server.number_said(/listening [^]* listening address=127\.0\.0\.1:(\d+)/);
  const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(reply.status, 200);
  const text = await reply.text();
  await server.stop();
  return text;
}

async function scrape_with_redis() {
  const taken = createServer().listen(0, "127.0.0.1");
  await until(() => taken.address(), "a port");
  const { port } = taken.address();
  await new Promise((closed) => taken.close(closed));
  const redis = spawn("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", place], { stdio: "ignore" });
  const ended = new Promise((end) => redis.on("exit", end));
  try {
    await until(() => new Promise((found) => {
      const asked = createConnection(port, "127.0.0.1", () => { asked.destroy(); found(true); }).on("error", () => found(false));
    }), "Redis listens");
    return await scrape("--store", "redis", "--redis-url", `redis://127.0.0.1:${port}/0`);
  } finally {
    redis.kill();
    await ended;
  }
}

/** By its name: the labels of each sample, and their values. A metric that has no sample now is there without labels. */
function metrics_of(text) {
  const found = new Map();
  const metric = (name) => found.get(name) ?? found.set(name, new Map()).get(name);
  for (const [, name, kind] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const ending of kind === "histogram" ? ["_bucket", "_sum", "_count"] : [""]) metric(name + ending);
  }
  for (const [, name, labels] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    for (const [, label, value] of (labels ?? "").matchAll(/(\w+)="([^"]*)"/g)) {
      const values = metric(name);
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  return found;
}

/** Without Redis no server says what only those with Redis do. */
const can_be_said = (text) => is_there("redis-server") || !text.includes("longpolld_redis_");
const of_promql = new Set(("sum min max count rate increase resets abs time histogram_quantile by").split(" "));
const of_prometheus = ["job", "instance"];

/** The selectors of a query, with their conditions, and the labels that it groups by; fails on a word that is unknown. */
function parts_of(expr, metrics) {
  const grouped = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels]) => labels.split(",").map((one) => one.trim()));
  const selectors = [];
  for (const [, name, conditions] of expr.replace(/\bby\s*\([^)]*\)/g, "").replace(/\[[^\]]*\]/g, "")
    .matchAll(/([a-zA-Z_][\w:]*)(?:\{([^}]*)\})?/g)) {
    if (conditions === undefined && of_promql.has(name)) continue;
    assert.ok(metrics.has(name) || name === "up", `no server says ${name}`);
    selectors.push({ name, conditions: [...(conditions ?? "").matchAll(/(\w+)(=~|=|!=|!~)"([^"]*)"/g)] });
  }
  return { grouped, selectors };
}

function hold({ expr, legendFormat }, metrics) {
  const { grouped, selectors } = parts_of(expr, metrics);
  const labels_of = (name) => [...of_prometheus, ...(metrics.get(name)?.keys() ?? [])];
  assert.ok(selectors.length > 0);
  for (const { name, conditions } of selectors) {
    for (const [, label, , value] of conditions) {
      assert.ok(labels_of(name).includes(label), `${name} has no ${label}`);
      if (of_prometheus.includes(label)) continue;
      for (const one of value.split("|")) assert.ok(metrics.get(name).get(label).has(one), `${name} has no ${label}="${one}"`);
    }
    for (const label of grouped) assert.ok(labels_of(name).includes(label), `${name} has no ${label}`);
  }
  for (const [, label] of (legendFormat ?? "").matchAll(/\{\{(\w+)\}\}/g)) assert.ok(grouped.includes(label), `${label} is grouped away`);
}

let scraped;
/** What servers with each store say, together; Redis where it is. */
const scrapes = () => scraped ??= (async () => {
  const all = [await scrape(), await scrape("--store", "journal", "--journal-file", join(place, "events.db"))];
  if (is_there("redis-server")) all.push(await scrape_with_redis());
  return all;
})();

test("each query of the dashboard and the rules names metrics, labels and values that a server says", without_figures, async () => {
  const metrics = metrics_of((await scrapes()).join("\n"));
  assert.ok(targets.length > 50 && rules.length > 14);
  for (const query of [...targets, ...rules].filter(({ expr }) => can_be_said(expr))) {
    try { hold(query, metrics); } catch (problem) { assert.fail(`${query.title ?? query.alert}: ${query.expr}: ${problem.message}`); }
  }
  for (const wrong of ["longpolld_gone_total", "rate(longpolld_limit_reached_total{by=\"a\"}[5m])", "irate(longpolld_connections[5m])",
    "longpolld_store_state{state=\"gone\"}", "sum by (gone) (longpolld_connections)"]) {
    assert.throws(() => hold({ expr: wrong }, metrics), assert.AssertionError, wrong);
  }
});

test("metrics with Redis are looked at, too", { skip: without_figures.skip || (!is_there("redis-server") && "redis-server is not installed") }, async () => {
  const metrics = metrics_of((await scrapes())[2]);
  assert.deepEqual([...metrics.get("longpolld_build_info").get("store")], ["redis"]);
  assert.ok((await scrapes())[2].includes("\nlongpolld_redis_entries_behind "));
});

test("every metric but the parts of histograms is on the dashboard", without_figures, async () => {
  const metrics = metrics_of((await scrapes()).join("\n"));
  const shown = new Set(targets.filter(({ expr }) => can_be_said(expr)).flatMap(({ expr }) => parts_of(expr, metrics).selectors.map(({ name }) => name)));
  const other = [...metrics.keys()].filter((name) => !shown.has(name) && !/_(sum|count)$/.test(name));
  // Connections stand there by state; when the process began says no more than its uptime.
  assert.deepEqual(other.sort(), ["longpolld_connections", "process_start_time_seconds"]);
});

test("the document names metrics that a server says", without_figures, async () => {
  const metrics = metrics_of((await scrapes()).join("\n"));
  const named = read("config/doc/operate.md").match(/\b(longpolld|process)_[a-z_]+/g);
  assert.ok(named.length > 15);
  for (const name of named.filter(can_be_said)) assert.ok(metrics.has(name) || metrics.has(`${name}_bucket`), name);
});

test("promtool finds nothing to say of what is scraped",
  { skip: without_figures.skip || without_promtool.skip }, async () => {
    for (const text of await scrapes()) assert.equal(promtool(["check", "metrics"], text), "");
  });

test("promtool takes the rules, and each tells of the sick server and of none that is well", without_promtool, () => {
  promtool(["check", "rules", "alerts.yaml"]);
  promtool(["test", "rules", "alerts_test.yaml"]);
});

test("promtool takes every query of the dashboard", without_promtool, () => {
  const variables = { $job: "longpolld", $instance: ".*", $__rate_interval: "5m" };
  const file = join(place, "dashboard.yaml");
  const expr_of = (query) => Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(name, value), query);
  const records = targets.map(({ expr }, index) => ({ record: `dashboard:${index}`, expr: expr_of(expr) }));
  assert.ok(records.every(({ expr }) => !expr.includes("$")));
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: records }] }));
  promtool(["check", "rules", file]);
});

test("each rule has a summary, a description, a place in a document, and a test of both ways", () => {
  const tests = parse(read("config/monitoring/alerts_test.yaml")).tests.flatMap((one) => one.alert_rule_test);
  for (const { alert, annotations, labels } of rules) {
    assert.deepEqual(Object.keys(annotations), ["summary", "description", "runbook"], alert);
    assert.ok(["critical", "warning"].includes(labels.severity), alert);
    const [document, heading] = annotations.runbook.split("#");
    assert.ok(existsSync(join(root, document)), alert);
    const headings = read(document).match(/^#+ .*$/gm).map((one) => one.replace(/^#+ /, "").toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-"));
    assert.ok(headings.includes(heading), `${alert}: ${annotations.runbook}`);
    const counts = tests.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length);
    assert.ok(counts.includes(0) && counts.some((count) => count > 0), alert);
  }
});

test("Grafana can take the dashboard: panels have places of their own, and one source that is chosen", () => {
  assert.ok(dashboard.schemaVersion >= 36);
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
  assert.deepEqual(dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title),
    ["Traffic", "Subscribers", "Latency", "Limits", "Store", "Access", "Process"]);
  const cells = new Set();
  for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
    assert.ok(x + w <= 24, title);
    for (let column = x; column < x + w; ++column) for (let line = y; line < y + h; ++line) {
      assert.ok(!cells.has(`${column} ${line}`), `${title} lies upon another`);
      cells.add(`${column} ${line}`);
    }
  }
  const variables = dashboard.templating.list.map(({ name }) => name);
  for (const panel of panels) assert.deepEqual(panel.datasource, { type: "prometheus", uid: "${datasource}" }, panel.title);
  for (const [, name] of JSON.stringify(targets).matchAll(/\$(\w+)/g)) assert.ok([...variables, "__rate_interval"].includes(name), name);
});
