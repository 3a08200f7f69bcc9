import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "../../src/web");
const tool = (path, ...rest) => spawnSync(process.execPath, [join(here, "node_modules", path), ...rest], { encoding: "utf8" });
const size = (...names) => names.reduce((sum, name) =>
  sum + gzipSync(readFileSync(join(web, name)), { level: 9 }).length, 0);

test("the client is smaller than 2 KB, with the sharing of tabs than 3 KB", (t) => {
  const alone = size("client.js"), shared = size("client.js", "client-tabs.js");
  t.diagnostic(`gzipped: ${alone} bytes, ${shared} with client-tabs.js`);
  assert.ok(alone < 2000 && shared < 3000, `${alone} and ${shared} bytes`);
});

test("the package is what npm and bundlers expect", () => {
  const { status, stdout } = tool("publint/src/cli.js", web, "--strict");
  assert.equal(status, 0, stdout);
  const described = JSON.parse(readFileSync(join(web, "package.json")));
  for (const name of described.files) readFileSync(join(web, name));
  const project = readFileSync(join(here, "../../CMakeLists.txt"), "utf8");
  assert.equal(described.version, project.match(/VERSION (\d+\.\d+\.\d+)/)[1]);
});

test("its types hold under tsc --strict, and refuse what is wrong", () => {
  const folder = mkdtempSync(join(tmpdir(), "longpolld-types-"));
  symlinkSync(web, join(folder, "longpolld-client"));
  const check = (text) => {
    writeFileSync(join(folder, "use.mts"), `import { publish, subscribe } from "./longpolld-client/client.js";\n${text}`);
    return tool("typescript/bin/tsc", "--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--lib",
      "es2022,dom,dom.iterable,dom.asynciterable", join(folder, "use.mts")).stdout;
  };
  const good = `
    const events = subscribe<{ pig: string }>("/", ["farm"] as const, { sinceTime: 0, share: "farm",
      onGap: (gone) => gone.join(), onState: (state, problem) => state === "ended" && problem?.status === 400 });
    for await (const { data, id, timestamp } of events) console.log(data.pig, id, timestamp.toFixed());
    events.add("sea"); events.remove("sea"); events.stop(); events.cursor.length; events.categories.length;
    const { id } = await publish(new URL("http://a"), { category: "farm", data: 1 }, { credentials: "include" });
    const { events: [first] } = await publish("/", [{ category: "farm", data: id }]);
    first?.timestamp.toFixed();`;
  assert.equal(check(good), "");
  for (const wrong of ["subscribe('/', 1)", "subscribe('/', 'a', { timeout: '1' })", "publish('/', { category: 'a' })",
    "subscribe('/', 'a').cursor = ''", "subscribe('/', 'a', { onEvent: (event) => event.data.pig })"]) {
    assert.match(check(`export const wrong = () => ${wrong};`), /error TS/, wrong);
  }
  rmSync(folder, { recursive: true });
});
