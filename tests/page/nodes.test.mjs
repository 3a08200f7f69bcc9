// Several nodes of one history: what config/redis.md and config/compose.yaml show, with the real programs.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { binary, free_port, start_server, test, until } from "./support.mjs";

const config = join(dirname(fileURLToPath(import.meta.url)), "../../config");
const place = mkdtempSync(join(tmpdir(), "longpolld-nodes-"));
after(() => rmSync(place, { recursive: true, force: true }));
process.setMaxListeners(0);

const is_there = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const skip_without = (...programs) => {
  const missing = programs.filter((one) => !is_there(one));
  return missing.length > 0 && `${missing.join(" and ")} is not installed`;
};
const accepts = (port) => new Promise((done) => {
  const one = connect(port, "127.0.0.1", () => { one.destroy(); done(true); });
  one.on("error", () => done(false));
});

/** Runs a program that listens on this port; `stop` ends it. */
async function run(port, program, ...args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: place });
  let said = "", gone = false;
  child.on("exit", () => { gone = true; });
  for (const from of [child.stdout, child.stderr]) from.on("data", (part) => { said += part; });
  process.once("exit", () => child.kill("SIGKILL"));
  await until(async () => {
    if (gone) throw new Error(`${program} does not run: ${said}`);
    return accepts(port);
  }, `${program} listens`);
  return { stop: () => new Promise((ended) => { child.on("exit", ended); child.kill("SIGTERM"); }) };
}

async function start_redis(...options) {
  const port = await free_port();
  const redis = await run(port, "redis-server", "--port", String(port), "--bind", "127.0.0.1", "--dir", place, "--save", "", ...options);
  return { ...redis, url: `redis://127.0.0.1:${port}/0` };
}

test("two nodes behind HAProxy as config/redis.md has it are one server, also when one of them ends",
  { skip: skip_without("haproxy", "redis-server") }, async () => {
    const redis = await start_redis("--appendonly", "no");
    const nodes = [];
    for (let i = 0; i < 2; ++i) nodes.push(await start_server("--store", "redis", "--redis-url", redis.url));
    const shown = readFileSync(join(config, "redis.md"), "utf8").match(/```\n(defaults\n[^`]*)```/)[1];
    const port = await free_port();
    const recipe = shown.replace("bind :80", `bind 127.0.0.1:${port}`)
      .replace("10.0.0.1:8080", `127.0.0.1:${nodes[0].port}`).replace("10.0.0.2:8080", `127.0.0.1:${nodes[1].port}`);
    assert.equal(recipe.match(/127\.0\.0\.1:/g).length, 3, "all addresses are those of this test");
    writeFileSync(join(place, "haproxy.cfg"), recipe);
    const proxy = await run(port, "haproxy", "-db", "-f", join(place, "haproxy.cfg"));
    const site = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${site}/readyz`)).status === 200, "a node is ready");

    const events = 200;
    let stopped;
    const publisher = (async () => {
      for (let i = 0; i < events; ++i) {
        const send = () => fetch(`${site}/publish`, { method: "POST", body: JSON.stringify({ category: "a", data: i }),
          headers: { "Idempotency-Key": `event-${i}` } }).then(({ status }) => status === 200, () => false);
        await until(send, `event ${i} is taken`);
        if (i === events / 2) stopped = nodes[0].stop();
      }
    })();
    const seen = [];
    for (let cursor = ""; seen.length < events;) {
      const reply = await fetch(`${site}/events?category=a&since_time=0&timeout=5&cursor=${cursor}`).catch(() => ({}));
      if (reply.status !== 200) continue;
      const { events: some = [], gap, cursor: next } = await reply.json();
      assert.equal(gap, undefined);
      seen.push(...some.map(({ data }) => data));
      cursor = next;
    }
    await Promise.all([publisher, stopped]);
    assert.deepEqual(seen, Array.from({ length: events }, (_, i) => i));
    for (const one of [proxy, nodes[1], redis]) await one.stop();
  });

const as_json = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))';
const has_yaml = spawnSync("python3", ["-c", "import yaml"]).status === 0;

test("config/compose.yaml has options that longpolld knows, and a Redis that starts so and never evicts",
  { skip: has_yaml ? skip_without("redis-server", "redis-cli") : "python3-yaml is not installed" }, async () => {
    const read = spawnSync("python3", ["-c", as_json, join(config, "compose.yaml")], { encoding: "utf8" });
    assert.equal(read.status, 0, read.stderr);
    const { services, volumes } = JSON.parse(read.stdout);
    assert.deepEqual(Object.keys(services), ["redis", "a", "b"]);
    for (const name of ["a", "b"]) {
      const { command, build } = services[name];
      assert.ok(readFileSync(join(config, build, "Dockerfile"), "utf8").includes("ENTRYPOINT"));
      const checked = spawnSync(binary, [...command, "--check-config"], { encoding: "utf8" });
      assert.equal(checked.status, 0, checked.stdout + checked.stderr);
      const printed = spawnSync(binary, [...command, "--print-config"], { encoding: "utf8" }).stdout;
      assert.match(printed, /^store = "redis"/m);
      assert.match(printed, /^redis_url = "redis:\/\/redis:6379\/0"/m);
    }
    const ports = ["a", "b"].flatMap((name) => services[name].ports.map((one) => one.split(":").at(-2)));
    assert.equal(new Set(ports).size, 4, "no two services want one port");
    const [program, ...options] = services.redis.command;
    assert.equal(program, "redis-server");
    const redis = await start_redis(...options);
    const asked = (name) => spawnSync("redis-cli", ["-u", redis.url, "config", "get", name], { encoding: "utf8" }).stdout;
    assert.equal(asked("maxmemory-policy"), "maxmemory-policy\nnoeviction\n");
    assert.equal(asked("appendonly"), "appendonly\nyes\n");
    await redis.stop();
    assert.deepEqual(services.redis.volumes.map((one) => one.split(":")[0]), Object.keys(volumes));
  });
