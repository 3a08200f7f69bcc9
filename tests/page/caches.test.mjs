// The recipes in config/proxy for shared caches with the real programs in front; what is not installed is skipped.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { free_port, publish, start_server, test, until } from "./support.mjs";

const recipes = join(dirname(fileURLToPath(import.meta.url)), "../../config/proxy");
const recipe = (name) => readFileSync(join(recipes, name), "utf8");
const place = mkdtempSync(join(tmpdir(), "longpolld-cache-"));
chmodSync(place, 0o755);  // nginx' worker is another user when root starts it
const at = (name) => join(place, name);
const clients = Number(process.env.LONGPOLLD_CACHE_CLIENTS ?? 500);
const few = 5;  // polls parked at once for all clients of one category

/** Each takes a recipe with the places and addresses of this test in it, and says how to run it. */
const caches = {
  nginx: {
    needs: ["nginx"],
    scheme: "https",
    command(to, port) {
      writeFileSync(at("site.conf"), recipe("nginx-cache.conf").replace("127.0.0.1:8080", to)
        .replace("listen 443", `listen 127.0.0.1:${port}`).replace("/var/cache/nginx/longpolld", at(`cache-${port}`))
        .replace("/etc/ssl/example.org.pem", at("cert.pem")).replace("/etc/ssl/example.org.key", at("key.pem")));
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${at(name)};`).join("\n");
      writeFileSync(at("nginx.conf"), `pid ${at("pid")}; daemon off; error_log stderr;
        events { worker_connections 12000; }
        http { access_log off; ${temporary} include ${at("site.conf")}; }`);
      return ["nginx", "-p", place, "-c", at("nginx.conf"), "-e", "stderr"];
    },
  },
  varnish: {
    needs: ["varnishd", "gcc"],
    scheme: "http",
    command(to, port) {
      const [host, number] = to.split(":");
      writeFileSync(at("site.vcl"), recipe("varnish.vcl").replace('"127.0.0.1"', `"${host}"`).replace('"8080"', `"${number}"`));
      return ["varnishd", "-j", "none", "-n", at(`varnish-${port}`), "-F", "-f", at("site.vcl"),
        "-a", `127.0.0.1:${port}`, "-s", "malloc,64m"];
    },
  },
};

process.setMaxListeners(0);
before(() => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
    "-keyout", at("key.pem"), "-out", at("cert.pem")], { stdio: "ignore" });
});
after(() => rmSync(place, { recursive: true, force: true }));

/** A GET over HTTP/2, a hundred at a time on one connection, or over HTTP/1.1. Gives status, fields and text. */
function asking(url) {
  if (url.startsWith("http:")) {
    const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
    const get = (path, headers = {}, method = "GET") => new Promise((done, broken) => {
      const one = request(`${url}/longpoll/${path}`, { agent, headers, method }, (reply) => {
        let text = "";
        reply.on("data", (part) => { text += part; });
        reply.on("end", () => done({ status: reply.statusCode, fields: reply.headers, text }));
      });
      // As browsers do with what met the end of a connection that was kept.
      one.on("error", (problem) => (one.reusedSocket ? get(path, headers, method).then(done, broken) : broken(problem)));
      one.end();
    });
    return { get, close: () => agent.destroy() };
  }
  const sessions = [];
  const free = () => {
    const found = sessions.find((one) => one.polls < 100);
    if (found) return found;
    const session = Object.assign(connect(url, { rejectUnauthorized: false }), { polls: 0 });
    session.setMaxListeners(0);
    session.on("error", () => {});
    session.on("close", () => { session.polls = Infinity; });
    session.on("goaway", () => { session.polls = Infinity; });  // nginx, after its requests over one connection
    sessions.push(session);
    return session;
  };
  let is_closed = false;
  const get = (path, headers = {}, method = "GET") => new Promise((done, broken) => {
    const session = free();
    ++session.polls;
    const stream = session.request({ ":method": method, ":path": `/longpoll/${path}`, ...headers });
    let fields, text = "";
    stream.on("response", (got) => { fields = got; });
    stream.on("data", (part) => { text += part; });
    stream.on("error", () => {});
    stream.on("close", () => {
      --session.polls;
      if (fields) return done({ status: fields[":status"], fields, text });
      // As browsers do with what met the end of its connection.
      is_closed ? broken(new Error("no answer")) : get(path, headers, method).then(done, broken);
    });
    stream.end();
  });
  return { get, close: () => { is_closed = true; sessions.forEach((one) => one.destroy()); } };
}

async function start_cache(name, server) {
  const port = await free_port();
  const { command, scheme } = caches[name];
  const [program, ...args] = command(`127.0.0.1:${server.port}`, port);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "", gone;
  child.stderr.on("data", (part) => { said += part; });
  child.on("exit", () => { gone = true; });
  process.once("exit", () => child.kill("SIGTERM"));
  const by = asking(`${scheme}://127.0.0.1:${port}`);
  await until(async () => {
    if (gone) throw new Error(`${name} does not serve: ${said}`);
    return (await by.get("healthz").catch(() => ({}))).status === 200;
  }, `${name} serves`);
  return { ...by, stop: () => new Promise((ended) => { by.close(); child.on("exit", ended); child.kill("SIGTERM"); }) };
}

// What browsers send with `cache: "no-store"`, which the client asks for.
const of_browsers = { "cache-control": "no-cache", pragma: "no-cache" };

/** Follows a category as the client does, until `is_over()`; `seen` has the data of its events. `failed` when it ended. */
async function follow(by, cursor, timeout, is_over) {
  const one = { seen: [], replies: 0, cursor };
  one.ended = (async () => {
    while (!is_over()) {
      const { status, text } = await by.get(`events?category=public&timeout=${timeout}&cursor=${one.cursor}`, of_browsers);
      assert.equal(status, 200, text);
      const { events = [], gap, cursor: next } = JSON.parse(text);
      assert.equal(gap, undefined);
      ++one.replies;
      for (const { data } of events) one.seen.push(data);
      one.cursor = next;
    }
  })();
  one.ended.catch((problem) => { one.failed = problem; });
  return one;
}

/** The event after which tests begin: its id is a cursor. */
const begin = async (server, category = "public") => (await publish(server.url, category, "begin")).id;

for (const name of Object.keys(caches)) {
  const missing = caches[name].needs.filter((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0);
  const skip = missing.length > 0 && `${missing.join(" and ")} is not installed`;

  test(`behind ${name} ${clients} clients park a handful of polls, and each gets every event once and in order`,
    { skip, timeout: 300_000 }, async () => {
      const server = await start_server("--shared-cache-seconds", "2");
      const cache = await start_cache(name, server);
      const id = await begin(server);
      let over = false;
      const all = await Promise.all(Array.from({ length: clients }, () => follow(cache, id, 100, () => over)));
      const all_have = (count) => until(() => {
        const ended = all.find(({ failed }) => failed);
        if (ended) throw ended.failed;
        return all.every(({ seen }) => seen.length >= count);
      }, `all have ${count}`, 120_000);
      let sent = 0;
      for (let round = 0; round < 4; ++round) {
        for (let burst = 0; burst < 5; ++burst) await publish(server.url, "public", sent++);
        await all_have(sent);
        await until(async () => (await server.parked_polls()) <= few, `no more than ${few} polls are parked`);
      }
      over = true;
      await publish(server.url, "public", sent++);
      await Promise.all(all.map(({ ended }) => ended));
      for (const { seen } of all) assert.deepEqual(seen, Array.from({ length: sent }, (_, i) => i));
      await cache.stop();
      await server.stop();
    });

  test(`behind ${name} nobody is given a timeout twice, and those who come one by one meet in a handful of polls`,
    { skip, timeout: 120_000 }, async () => {
      const server = await start_server("--shared-cache-seconds", "2");
      const cache = await start_cache(name, server);
      const id = await begin(server);
      let over = false;
      const started = Date.now(), all = [];
      for (let i = 0; i < 60; ++i) {
        all.push(await follow(cache, id, 2, () => over));
        await new Promise((turn) => setTimeout(turn, 100));
      }
      await until(() => all.every(({ replies }) => replies >= 4), "each had four timeouts");
      const polls = await server.parked_polls();
      const seconds = (Date.now() - started) / 1000;
      for (const { replies } of all) assert.ok(replies <= seconds, `${replies} timeouts of two seconds in ${seconds} s`);
      assert.ok(polls <= few, `${polls} polls are parked`);
      over = true;
      await publish(server.url, "public", "end");
      await Promise.all(all.map(({ ended }) => ended));
      for (const { seen } of all) assert.ok(seen.every((data) => data === "end") && seen.length <= 1);
      await cache.stop();
      await server.stop();
    });

  test(`behind ${name} what takes credentials never comes out of the cache, nor goes into it`, { skip }, async () => {
    const table = (who, may) => `[[key]]\nname = "${who}"\nsubscribe = [${may}]\npublish = ["*"]\n` +
      `secret_sha256 = "${createHash("sha256").update(`secret of ${who}`).digest("hex")}"\n`;
    writeFileSync(at("rules.toml"), `token_cookie = "session"\ntoken_in_query = true\nshared_cache_seconds = 60\n` +
      `[anyone]\nsubscribe = ["public"]\npublish = ["*"]\n` + table("ann", '"private"') + table("ben", '"other"'));
    const server = await start_server("--config", at("rules.toml"));
    const cache = await start_cache(name, server);
    const as = (who) => ({ authorization: `Bearer secret of ${who}` });
    const cookie = (who) => ({ cookie: `session=secret of ${who}` });
    for (const category of ["private", "public"]) {
      const id = await begin(server, category);
      await publish(server.url, category, `of ${category}`);
      const url = `events?category=${category}&timeout=1&cursor=${id}`;
      const is_public = category === "public";
      const ask = async (headers, more = "") => (await cache.get(url + more, headers));
      // In every order: what one is given must not depend on who asked before.
      const asks = [
        [{}, is_public ? 200 : 401], [as("ann"), 200], [as("ben"), is_public ? 200 : 403], [as("nobody"), 401],
        [cookie("ann"), 200], [cookie("ben"), is_public ? 200 : 403], [cookie("nobody"), 401],
      ];
      for (const order of [asks, [...asks].reverse(), [...asks, ...asks]]) {
        for (const [headers, status] of order) {
          const got = await ask(headers);
          assert.equal(got.status, status, `${category} ${JSON.stringify(headers)} ${got.text}`);
          if (status === 200) assert.deepEqual(JSON.parse(got.text).events.map(({ data }) => data), [`of ${category}`]);
          const is_kept = is_public && Object.keys(headers).length === 0;
          assert.equal(got.fields["cache-control"], is_kept ? "public, max-age=60" : "no-store");
        }
      }
      for (const token of ["&token=", "&%74oken=", "&TOKEN=x&token="]) {
        for (const [who, status] of [["ann", 200], ["nobody", 401], ["ann", 200]]) {
          const got = await ask({}, `${token}secret+of+${who}`);
          assert.equal(got.status, status, token);
          assert.equal(got.fields["cache-control"], "no-store");
        }
      }
      // Once it is in the cache it is no reason for anything.
      await publish(server.url, category, "later");
      const fresh = await ask(as("ann"));
      assert.equal(JSON.parse(fresh.text).events.length, 2, "with credentials it is as things are now");
    }
    await cache.stop();
    await server.stop();
  });

  test(`behind ${name} whoever shows credentials waits with a poll of its own`, { skip }, async () => {
    writeFileSync(at("rules.toml"), `shared_cache_seconds = 60\n[anyone]\nsubscribe = ["public"]\npublish = ["*"]\n` +
      `[[key]]\nname = "ann"\nsubscribe = ["public"]\n` +
      `secret_sha256 = "${createHash("sha256").update("secret").digest("hex")}"\n`);
    const server = await start_server("--config", at("rules.toml"));
    const cache = await start_cache(name, server);
    const url = `events?category=public&timeout=100&cursor=${await begin(server)}`;
    const shown = [{}, {}, {}, { authorization: "Bearer secret" }, { cookie: "a=b" }];
    const waiting = shown.map((headers) => cache.get(url, headers));
    await until(async () => (await server.parked_polls()) === 3, "one for all, two of their own");
    await publish(server.url, "public", 1);
    for (const got of await Promise.all(waiting)) assert.equal(JSON.parse(got.text).events.length, 1);
    await cache.stop();
    await server.stop();
  });

  test(`behind ${name} errors are kept by nobody, and a HEAD waits for nothing`, { skip }, async () => {
    const server = await start_server("--shared-cache-seconds", "60");
    const cache = await start_cache(name, server);
    const id = await begin(server);
    const url = `events?category=public&timeout=100&cursor=${id}`;
    for (let i = 0; i < 2; ++i) {
      assert.equal((await cache.get(`events?category=public&timeout=0&cursor=${id}`)).status, 400);
      const got = await cache.get(url, {}, "HEAD");
      assert.equal(got.status, 200);
      assert.equal(got.fields["cache-control"], "no-store");
    }
    const waiting = cache.get(url);
    await until(async () => (await server.parked_polls()) === 1, "a poll waits although a HEAD was answered");
    await publish(server.url, "public", 1);
    assert.equal(JSON.parse((await waiting).text).events.length, 1);
    await cache.stop();
    await server.stop();
  });

  test(`behind ${name} pages of allowed origins can read what others were given`, { skip }, async () => {
    const server = await start_server("--shared-cache-seconds", "60", "--cors-allow-origins", "https://a.example,https://b.example");
    const cache = await start_cache(name, server);
    const url = `events?category=public&timeout=100&cursor=${await begin(server)}`;
    await publish(server.url, "public", 1);
    for (let i = 0; i < 2; ++i) {
      for (const [origin, allowed] of [[undefined, undefined], ["https://a.example", "https://a.example"],
        ["https://evil.example", undefined], ["https://b.example", "https://b.example"]]) {
        const got = await cache.get(url, origin ? { origin } : {});
        assert.equal(got.fields["access-control-allow-origin"], allowed, `${origin}`);
        assert.equal(JSON.parse(got.text).events.length, 1);
      }
    }
    await cache.stop();
    await server.stop();
  });
}
