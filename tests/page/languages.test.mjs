// The programs in and beside the README, each run where its language is installed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notice, publish, start_server, test } from "./support.mjs";

const tests = join(dirname(fileURLToPath(import.meta.url)), "..");
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
  assert.deepEqual(readdirSync(join(tests, "examples")).sort(), files.sort());
});

for (const [language, [program, file, ...first]] of Object.entries(languages)) {
  const skip = spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0 && `${program} is not installed`;

  test(`in ${language} one publishes, subscribes, and outlives a restart`, { skip, timeout: 100_000 }, async () => {
    const server = await start_server();
    const folder = mkdtempSync(join(tmpdir(), "longpolld-language-"));
    const original = program_text(language, file);
    const text = original.replaceAll("http://127.0.0.1:8080", server.url);
    assert.notEqual(text, original);
    writeFileSync(join(folder, file), text);
    const child = spawn(program, [...first, join(folder, file)], { detached: true, stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, HOME: folder, GOCACHE: join(folder, "cache"), GOFLAGS: "-modcacherw" } });
    let said = "";
    const output = notice();
    child.stdout.on("data", (part) => { said += part; output.heard(); });
    const says = (what) => output.until(() => what.test(said));
    try {
      await says(/oink/);
      await publish(server.url, "farm", { cow: "moo" });
      await says(/moo/);
      await server.stop();
      const second = await start_server("--listen", `127.0.0.1:${server.port}`);
      await publish(server.url, "farm", { hen: "cluck" });
      await says(/cluck/);
      await second.stop();
      for (const word of [/oink/g, /moo/g, /cluck/g]) assert.equal(said.match(word).length, 1, said);
    } finally {
      process.kill(-child.pid, "SIGKILL");
      await new Promise((ended) => child.on("close", ended));
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
