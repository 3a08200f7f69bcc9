// The programs in and beside the README, each run where its language is installed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notice, publish, refused, scripted, start_server, test } from "./support.mjs";

const tests = join(dirname(fileURLToPath(import.meta.url)), "..");
const pages = ["page.html", "use_events.js"];  // in examples.test.mjs
const readme = readFileSync(join(tests, "../README.md"), "utf8");
const chapter = readme.split("\n## ").find((text) => text.startsWith("From any language"));

const languages = {
  sh: ["sh", "example.sh"],
  python: ["python3", "example.py"],
  js: ["node", "example.mjs"],
  go: ["go", "example.go", "run"],
  php: ["php", "example.php"],
};

/** The shell's program is in the README itself, the others are linked from there. */
function program_text(language, file) {
  if (language === "sh") return chapter.match(/^```sh\n(.*?)^```$/ms)[1];
  return readFileSync(join(tests, "examples", file), "utf8");
}

test("the README links a program for each of these languages", () => {
  const linked = [...chapter.matchAll(/\]\(tests\/examples\/(.*?)\)/g)].map(([, file]) => file);
  const files = Object.values(languages).map(([, file]) => file).filter((file) => file !== "example.sh");
  assert.deepEqual(linked.sort(), files.sort());
  const here = readdirSync(join(tests, "examples")).filter((name) => !name.startsWith("token."));  // tokens.test.mjs
  assert.deepEqual(here.sort(), [...files, ...pages].sort());
  for (const page of pages) assert.ok(readme.includes(`](tests/examples/${page})`), page);
});

/** Runs a language's program against a server while `action` looks at what it says, on standard output or error. */
async function with_program(language, url, action) {
  const [program, file, ...first] = languages[language];
  const folder = mkdtempSync(join(tmpdir(), "longpolld-language-"));
  const original = program_text(language, file);
  const text = original.replaceAll("http://127.0.0.1:8080", url);
  assert.notEqual(text, original);
  writeFileSync(join(folder, file), text);
  const child = spawn(program, [...first, join(folder, file)], { detached: true, stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: folder, GOCACHE: join(folder, "cache"), GOFLAGS: "-modcacherw" } });
  const end = () => { try { process.kill(-child.pid, "SIGKILL"); } catch { /* it has ended */ } };
  process.once("exit", end);
  const said = { stdout: "", stderr: "" };
  const output = notice();
  for (const stream of ["stdout", "stderr"]) {
    child[stream].on("data", (part) => { said[stream] += part; output.heard(); });
  }
  try {
    await action((what, stream = "stdout") => output.until(() => what.test(said[stream])));
  } catch (problem) {
    throw new Error(`${problem.message}; it said ${JSON.stringify(said)}`, { cause: problem });
  } finally {
    end();
    process.off("exit", end);
    await new Promise((ended) => child.on("close", ended));
    rmSync(folder, { recursive: true, force: true });
  }
  return said;
}

for (const [language, [program]] of Object.entries(languages)) {
  const skip = spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0 && `${program} is not installed`;

  test(`in ${language} one publishes, subscribes, bears line breaks, and outlives a restart`, { skip, timeout: 100_000 }, async () => {
    const server = await start_server();
    const { stdout } = await with_program(language, server.url, async (says) => {
      await says(/oink/);
      const body = '{"category":"farm","data":{\n"cow":\n"moo"}\n}';
      assert.equal((await fetch(`${server.url}/publish`, { method: "POST", body })).status, 200);
      await says(/moo/);
      await server.stop();
      const second = await start_server("--listen", `127.0.0.1:${server.port}`);
      await publish(second.url, "farm", { hen: "cluck" });
      await says(/cluck/);
      await second.stop();
    });
    for (const word of [/oink/g, /moo/g, /cluck/g]) assert.equal(stdout.match(word).length, 1, stdout);
  });

  test(`in ${language} a refusal is told, and asked again later`, { skip, timeout: 100_000 }, async () => {
    const server = await scripted([200, '{"success":true}'], refused(400));
    await with_program(language, server.url, async (says) => {
      await says(/400/, "stderr");
      await says(/400[^]*400/, "stderr");
    });
    await server.close();
  });
}
