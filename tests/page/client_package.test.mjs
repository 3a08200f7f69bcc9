import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { start_server, test } from "./support.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "../../src/web");
const run = (program, rest, cwd) => spawnSync(program, rest, { encoding: "utf8", cwd });
const tool = (path, ...rest) => run(process.execPath, [join(here, "node_modules", path), ...rest]);
const text = (...path) => readFileSync(join(...path), "utf8");
const described = JSON.parse(text(web, "package.json"));

/** A project that has the package as npm packs it. */
let project;
before(() => {
  project = mkdtempSync(join(tmpdir(), "longpolld-package-"));
  const installed = join(project, "node_modules/longpolld-client");
  mkdirSync(installed, { recursive: true });
  const packed = run("npm", ["pack", web, "--silent", "--offline", "--pack-destination", project]);
  assert.equal(packed.status, 0, packed.stderr);
  const { status } = run("tar", ["-xzf", join(project, packed.stdout.trim()), "--strip-components=1", "-C", installed]);
  assert.equal(status, 0);
});
after(() => rmSync(project, { recursive: true }));

// Sizes are those of Node's zlib at level 9.
const size = (...names) => names.reduce((sum, name) =>
  sum + gzipSync(readFileSync(join(web, name)), { level: 9 }).length, 0);

test("the client is smaller than 2.2 KB, with the sharing of tabs than 3.2 KB", (t) => {
  const alone = size("client.js"), shared = size("client.js", "client-tabs.js");
  t.diagnostic(`gzipped: ${alone} bytes, ${shared} with client-tabs.js`);
  assert.ok(alone < 2200 && shared < 3200, `${alone} and ${shared} bytes`);
});

test("the package is what npm and bundlers expect, with its licence", () => {
  const { status, stdout } = tool("publint/src/cli.js", web, "--strict");
  assert.equal(status, 0, stdout);
  for (const name of described.files) text(project, "node_modules/longpolld-client", name);
  assert.equal(text(project, "node_modules/longpolld-client/LICENSE"), text(here, "../../LICENSE"));
  const of_cmake = text(here, "../../CMakeLists.txt").match(/VERSION (\d+\.\d+\.\d+)/)[1];
  assert.equal(described.version, of_cmake);
});

test("Node imports the package by its name", () => {
  writeFileSync(join(project, "use.mjs"), `import { publish, subscribe } from "longpolld-client";
    console.log(typeof publish, typeof subscribe);`);
  assert.equal(run(process.execPath, ["use.mjs"], project).stdout, "function function\n");
});

const modes = [["es2022", "node"], ["es2022", "bundler"], ["node16", "node16"], ["nodenext", "nodenext"]];
const check = (code, [module, resolution]) => {
  writeFileSync(join(project, "use.mts"), `import { publish, subscribe } from "longpolld-client";\n${code}`);
  return tool("typescript/bin/tsc", "--strict", "--noEmit", "--target", "es2022", "--module", module,
    "--moduleResolution", resolution, "--lib", "es2022,dom,dom.iterable,dom.asynciterable",
    join(project, "use.mts")).stdout;
};

test("its types hold under tsc --strict, however modules are resolved", () => {
  const good = `
    const events = subscribe<{ pig: string }>("/", ["farm"] as const, { sinceTime: 0, share: "farm", timeout: () => 3,
      onGap: (gone) => gone.join(), onState: (state, problem) => state === "ended" && problem?.status === 400 });
    await events.ready;
    for await (const { data, id, timestamp } of events) console.log(data.pig, id, timestamp.toFixed());
    events.add("sea"); events.remove("sea"); events.stop(); events.cursor.length; events.categories.length;
    const headers = async () => ({ Authorization: "Bearer 1" });
    const { id } = await publish(new URL("http://a"), { category: "farm", data: 1 }, { credentials: "include", headers });
    const { events: [first] } = await publish(async () => "/", [{ category: "farm", data: id }], { headers: { a: "b" } });
    first?.timestamp.toFixed();`;
  for (const mode of modes) assert.equal(check(good, mode), "", mode.join());
});

test("its types refuse what is wrong", () => {
  const all = ["subscribe('/', 1)", "subscribe('/', 'a', { timeout: '1' })", "publish('/', { category: 'a' })",
    "subscribe('/', 'a').cursor = ''", "subscribe('/', 'a', { onEvent: (event) => event.data.pig })",
    "subscribe('/', 'a', { headers: () => 1 })", "subscribe(() => 1, 'a')"];
  const lines = check(all.map((wrong, i) => `export const wrong${i} = () => ${wrong};`).join("\n"), modes[1]);
  all.forEach((wrong, i) => assert.match(lines, new RegExp(`use\\.mts\\(${i + 2},\\d+\\): error TS`), wrong));
});

test("the server serves these very files, gzipped, and again only when they have changed", async () => {
  const server = await start_server();
  for (const name of ["client.js", "client-tabs.js", "client.d.ts"]) {
    const url = `${server.url}/${name}`;
    const [packed, plain] = await Promise.all([fetch(url), fetch(url, { headers: { "Accept-Encoding": "identity" } })]);
    assert.equal(packed.headers.get("content-encoding"), "gzip");
    assert.equal(plain.headers.get("content-encoding"), null);
    for (const reply of [packed, plain]) assert.equal(await reply.text(), text(web, name));
    assert.ok(Number(packed.headers.get("content-length")) < Number(plain.headers.get("content-length")));
    const tag = packed.headers.get("etag");
    assert.equal((await fetch(url, { headers: { "If-None-Match": tag } })).status, 304);
    assert.equal((await fetch(url, { headers: { "If-None-Match": '"x"' } })).status, 200);
  }
  await server.stop();
});
