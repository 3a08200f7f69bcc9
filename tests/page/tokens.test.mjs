// Tokens as a site would sign them, and rights as a browser meets them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { start_browser, start_server, test } from "./support.mjs";

const tests = join(dirname(fileURLToPath(import.meta.url)), "..");
const readme = readFileSync(join(tests, "../README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "longpolld-tokens-"));
const key_file = join(folder, "site.key");
writeFileSync(key_file, `${"s".repeat(40)}\n`);

const programs = { "token.mjs": ["node"], "token.py": ["python3"], "token.go": ["go", "run"], "token.php": ["php"] };

/** A server whose users have tokens of the site's: `user.{sub}` is theirs. */
function start_guarded(lines = "", ...options) {
  const file = join(mkdtempSync(join(folder, "server-")), "longpolld.toml");
  writeFileSync(file, `${lines}
[anyone]
subscribe = ["public"]
[[issuer]]
name = "site"
algorithm = "HS256"
key_file = "${key_file}"
subscribe = ["user.{sub}"]
publish = ["user.*"]
`);
  return start_server("--config", file, ...options);
}

function sign(file, user) {
  const [program, ...first] = programs[file];
  const done = spawnSync(program, [...first, join(tests, "examples", file), key_file, user], {
    encoding: "utf8", env: { ...process.env, HOME: folder, GOCACHE: join(folder, "cache"), GOFLAGS: "-modcacherw" },
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

const status_of = async (url, category, headers) =>
  (await fetch(`${url}/events?category=${category}&since_time=0&timeout=1`, { headers })).status;

test("the README links each program that signs a token", () => {
  const linked = [...readme.matchAll(/\]\(tests\/examples\/(token\..*?)\)/g)].map(([, file]) => file);
  assert.deepEqual(linked.sort(), Object.keys(programs).sort());
  assert.deepEqual(readdirSync(join(tests, "examples")).filter((name) => name.startsWith("token.")).sort(), linked);
});

for (const [file, [program]] of Object.entries(programs)) {
  const skip = spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0 && `${program} is not installed`;
  test(`${file} signs a token that lets its user in, and nobody else`, { skip }, async () => {
    const server = await start_guarded();
    const Authorization = `Bearer ${sign(file, "alice")}`;
    assert.equal(await status_of(server.url, "user.alice", { Authorization }), 200);
    assert.equal(await status_of(server.url, "user.bob", { Authorization }), 403);
    assert.equal(await status_of(server.url, "user.alice", {}), 401);
    await server.stop();
  });
}

/** A page of an origin of its own, without anything on it. */
async function with_site(action) {
  const site = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end("<title>site</title>"));
  await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
  const browser = await start_browser();
  try {
    await action(`http://127.0.0.1:${site.address().port}`, await browser.newContext());
  } finally {
    await browser.close();
    site.close();
  }
}

/** What a page gets: a status, or the browser's refusal to show it. */
const asked_by = (page, url, options) => page.evaluate(async ([url, options]) => {
  try { return (await fetch(url, options)).status; } catch (problem) { return problem.name; }
}, [url, options]);

test("from a page the header counts, on the server's own origin and on one that is allowed", async () => {
  await with_site(async (origin, context) => {
    const server = await start_guarded(`cors_allow_origins = ["${origin}"]`);
    const headers = { Authorization: `Bearer ${sign("token.mjs", "alice")}` };
    const events = (name) => `${server.url}/events?category=${name}&since_time=0&timeout=1`;
    const page = await context.newPage();
    for (const from of [`${server.url}/healthz`, origin]) {
      await page.goto(from);
      assert.equal(await asked_by(page, events("user.alice"), { headers }), 200, from);
      assert.equal(await asked_by(page, events("user.bob"), { headers }), 403, from);
      assert.equal(await asked_by(page, events("user.alice"), {}), 401, from);
      assert.equal(await asked_by(page, events("public"), {}), 200, from);
    }
    await server.stop();
  });
});

test("the cookie of who is signed in counts for allowed pages, not for others", async () => {
  await with_site(async (origin, context) => {
    const [open, closed] = [await start_guarded(`token_cookie = "session"\ncors_allow_origins = ["${origin}"]`),
      await start_guarded('token_cookie = "session"')];
    await context.addCookies([{ name: "session", value: sign("token.mjs", "alice"), domain: "127.0.0.1", path: "/" }]);
    const page = await context.newPage();
    const ask = (server, how) => asked_by(page,
      `${server.url}/events?category=user.alice&since_time=0&timeout=1`, how);
    const publish = (server) => asked_by(page, `${server.url}/publish`,
      { method: "POST", credentials: "include", body: '{"category":"user.alice","data":1}' });
    await page.goto(`${closed.url}/healthz`);
    assert.equal(await ask(closed, {}), 200);
    await page.goto(origin);
    assert.equal(await ask(open, { credentials: "include" }), 200);
    assert.equal(await ask(open, {}), 401);
    assert.equal(await publish(open), 200);
    // The browser hides the reply; that nothing was published is seen by asking on the server's own page.
    assert.equal(await ask(closed, { credentials: "include" }), "TypeError");
    assert.equal(await publish(closed), "TypeError");
    await page.goto(`${closed.url}/healthz`);
    const kept = await page.evaluate(async (url) => (await fetch(url)).text(),
      `${closed.url}/events?category=user.alice&since_time=0&timeout=1`);
    assert.match(kept, /"timeout"/);
    await Promise.all([open.stop(), closed.stop()]);
  });
});
