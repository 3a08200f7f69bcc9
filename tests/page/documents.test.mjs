// The documents name nothing that is not there, and what they show runs as it is written.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { all_options, limits, read_page, with_table } from "./limits.mjs";
import { operations_of, read_document, root } from "./openapi.mjs";
import { binary, start_server, test, until } from "./support.mjs";

const run = promisify(execFile);
const read = (document) => readFileSync(join(root, document), "utf8");
const all_of = (pattern, text) => [...text.matchAll(pattern)].map(([, part]) => part);

/** All documents of the tree, and those of them that are for users. */
function documents_below(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((one) => {
    const name = join(folder, one.name);
    if (one.isDirectory()) return ["node_modules", "tools"].includes(one.name) ? [] : documents_below(name);
    return name.endsWith(".md") ? [name] : [];
  });
}
const documents = [...readdirSync(root).filter((name) => name.endsWith(".md")), ...["config", "src", "tests"].flatMap(documents_below)];
const pages = documents.filter((name) => name.startsWith("config/doc/"));
const for_users = ["README.md", ...documents.filter((name) => name.startsWith("config/"))];

const headings = (text) => all_of(/^#+ (.*)$/gm, text)
  .map((title) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-"));

/** Each block of code, with its language, and the block that stands right behind it. */
const blocks_of = (document) => [...read(document).matchAll(/^```(\w*)\n([^]*?)^```\n(?:```\w+\n([^]*?)^```$)?/gm)]
  .map(([, language, text, shown]) => ({ document, language, text, shown }));

/** What stands in backticks within lines. */
const words_of = (document) => all_of(/`([^`\n]+)`/g, read(document).replace(/^```[^]*?^```$/gm, ""));

test("links of the documents lead to a file or a heading that is there", () => {
  for (const name of ["README.md", "SECURITY.md", "config/doc/http.md", "config/proxy/README.md", "src/web/README.md"]) {
    assert.ok(documents.includes(name), name);
  }
  for (const document of documents) {
    for (const target of all_of(/\]\(([^)\s]+)\)/g, read(document))) {
      if (/^https?:/.test(target)) continue;
      const [file, heading] = target.split("#");
      const at = file === "" ? document : join(dirname(document), file);
      assert.ok(existsSync(join(root, at)), `${document} links ${target}`);
      if (heading) assert.ok(headings(read(at)).includes(heading), `${document} links ${target}`);
    }
  }
});

test("every page by topic is linked from the README and from their list", () => {
  const links = (document) => all_of(/\]\(([^)\s#]+)/g, read(document)).map((to) => relative(root, resolve(root, dirname(document), to)));
  for (const page of pages) {
    if (page === "config/doc/README.md") continue;
    for (const document of ["README.md", "config/doc/README.md"]) assert.ok(links(document).includes(page), `${document}: ${page}`);
  }
  assert.ok(read("README.md").split("\n").length < 280, "the README is the first hour");
});

const help_of = (...command) => execFileSync(binary, [...command, "--help"], { encoding: "utf8" });
const commands = all_of(/^ {2}([a-z]+)[ ,]/gm, help_of().split("\n\n")[2]);
const flags_in = (text) => text.match(/(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z](?![\w-]))/g) ?? [];
const known_flags = new Set(["", ...commands].flatMap((command) =>
  flags_in(help_of(...command ? [command] : []).split("\n").filter((line) => /^ {2}-/.test(line)).join("\n"))));

/** The flags of longpolld and its commands in a piece of code. */
function flags_named_in(code) {
  if (code.startsWith("-")) return flags_in(code);
  const parts = code.replaceAll("\\\n", " ").split(/\n|\||&&|;|[<$]\(/).map((part) => part.replace(/(^|\s)#.*/, "").trim());
  return parts.filter((part) => /^(\w+=\S* )*(\S*\/)?longpolld /.test(part) || /^(tail|publish) /.test(part)).flatMap(flags_in);
}

test("the program knows every flag that the documents for users name", () => {
  let count = 0;
  for (const document of for_users) {
    const code = [...words_of(document), ...blocks_of(document).filter(({ language }) => language === "sh").map(({ text }) => text)];
    for (const flag of code.flatMap(flags_named_in)) {
      ++count;
      assert.ok(known_flags.has(flag), `${document} names ${flag}`);
    }
  }
  assert.ok(count > 60, `${count} flags seen`);
  assert.deepEqual(flags_named_in("A=1 longpolld --gone 5 -x | curl -d # --plain"), ["--gone", "-x"]);
  assert.deepEqual(flags_named_in("docker run --rm longpolld"), []);
});

test("the program knows every option, variable and member that the documents for users name", () => {
  const names = new Set(all_options().map(({ name }) => name));
  const of_tables = new Set(read("config/longpolld.toml").match(/[a-z_]+/g));
  const of_wire = new Set(read("config/doc/openapi.yaml").match(/\w+/g));
  const of_others = new Set(["auth_request", "proxy_cache_lock", "needs_restart"]);
  for (const document of for_users) {
    const code = [...words_of(document), ...blocks_of(document).map(({ text }) => text)].join("\n");
    for (const variable of all_of(/\bLONGPOLLD_([A-Z_]+)/g, code)) {
      assert.ok(names.has(variable.toLowerCase()) || ["URL", "USER", "TOKEN"].includes(variable), `${document}: ${variable}`);
    }
    for (const word of words_of(document).map((one) => one.replace(/ = .*/, "")).filter((one) => /^[a-z]+(_[a-z]+)+$/.test(one))) {
      if (/^(longpolld|process)_/.test(word)) continue;  // a metric: monitoring.test.mjs
      assert.ok([names, of_tables, of_wire, of_others].some((known) => known.has(word)), `${document} names ${word}`);
    }
  }
});

test("defaults that the documents name are those of the program", () => {
  const in_words = { trusted_proxies: "loopback", known_categories: "all" };
  const levelled_default = (text) => text.replace(/[`, ]/g, "").replace(/s$/, "");
  let count = 0;
  for (const document of ["README.md", "config/doc/configure.md"]) {
    for (const [, name, said] of read(document).matchAll(/^\| `([a-z_]+)` \| ([^|]+) \|/gm)) {
      const option = all_options().find((one) => one.name === name);
      assert.ok(option, `${document} has a row for ${name}`);
      assert.equal(levelled_default(said), levelled_default(in_words[name] ?? option.by_default), `${document}: ${name}`);
      ++count;
    }
  }
  assert.ok(count > 20, `${count} rows`);
});

const place = mkdtempSync(join(tmpdir(), "longpolld-documents-"));
mkdirSync(join(place, "bin"));
symlinkSync(resolve(binary), join(place, "bin/longpolld"));
writeFileSync(join(place, "site.key"), "s".repeat(40));

test("every file of options that the pages show is one that the program takes", async () => {
  const tables = pages.flatMap(blocks_of).filter(({ language }) => language === "toml");
  assert.ok(tables.length > 3);
  for (const { document, text } of tables) {
    const file = join(place, "longpolld.toml");
    writeFileSync(file, text.replaceAll("/etc/longpolld/site.key", join(place, "site.key")));
    const { stderr } = await run(binary, ["--config", file, "--check-config"]).catch((failed) => failed);
    assert.equal(stderr, "", `${document}:\n${text}`);
  }
});

/** What differs each time: ids, times. */
const levelled = (text) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID").replace(/\b1\d{12}\b/g, "TIME").trim();
const of_the_system = /\b(systemctl|docker|cmake|systemd-sysusers) /;

for (const { document, text, shown } of pages.flatMap(blocks_of).filter(({ language }) => language === "sh")) {
  const title = `${document} shows what is so: ${text.split("\n")[0]}`;
  if (of_the_system.test(text)) continue;  // it changes the machine: tests/packaging.sh has what can be tested of it
  test(title, async () => {
    const server = await start_server();
    const cwd = mkdtempSync(join(place, "run-"));
    const env = { ...process.env, PATH: `${join(place, "bin")}:${process.env.PATH}`, LONGPOLLD_URL: server.url };
    const script = `set -eu; exec 2>&1; trap exit TERM; trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${text.replaceAll("http://127.0.0.1:8080", server.url)}`;
    const { stdout, code } = await run("bash", ["-c", script], { cwd, env, timeout: 40_000 }).catch((failed) => failed);
    assert.equal(code === undefined ? 0 : code, 0, stdout);
    if (shown !== undefined) assert.equal(levelled(stdout), levelled(shown));
    await server.stop();
  });
}

const has_nginx = spawnSync("sh", ["-c", "command -v nginx"]).status === 0;

test("nginx asks a backend by the lines that the page shows", { skip: !has_nginx && "nginx is not installed" }, async () => {
  const server = await start_server();
  const backend = createServer(({ headers }, reply) =>
    reply.writeHead(/[?&]category=open$/.test(headers["x-original-uri"]) ? 204 : 403).end());
  const at = await new Promise((found) => backend.listen(0, "127.0.0.1", () => found(backend.address().port)));
  const { text } = blocks_of("config/doc/protect.md").find(({ language }) => language === "nginx");
  const socket = join(place, "nginx.socket");
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${join(place, one)};`).join(" ");
  writeFileSync(join(place, "nginx.conf"), `pid ${join(place, "pid")}; daemon off; error_log stderr; events {}
    http { access_log off; ${folders} server { listen unix:${socket}; server_name plain.example;
    ${text.replace("127.0.0.1:8080", `127.0.0.1:${server.port}`).replace("127.0.0.1:3000", `127.0.0.1:${at}`)} } }`);
  const nginx = spawn("nginx", ["-p", place, "-c", join(place, "nginx.conf"), "-e", "stderr"], { stdio: "ignore" });
  const ended = new Promise((end) => nginx.on("exit", end));
  await until(() => existsSync(socket), "nginx listens");
  const status_of = async (query) => (await run("curl", ["-s", "--unix-socket", socket, "-o", join(place, "reply"), "-w", "%{http_code}",
    `http://plain.example/events?timeout=1&category=${query}`])).stdout;
  assert.equal(await status_of("open"), "200");
  assert.equal(await status_of("shut"), "403");
  nginx.kill("SIGTERM");
  await Promise.all([ended, server.stop(), new Promise((closed) => backend.close(closed))]);
});

test("the table of limits is the program's own; tests/page/limits.mjs writes it anew", () => {
  assert.ok(limits().length > 40);
  assert.equal(read_page(), with_table(read_page()));
});

test("limits without an option are where the page says, and answered so", async () => {
  const server = await start_server();
  const times = (count, text) => Array.from({ length: count }, (_, index) => text(index)).join("&");
  const poll = (query) => fetch(`${server.url}/events?${query}&timeout=1`);
  const publish = (data, headers = {}) => fetch(`${server.url}/publish`, { method: "POST", headers, body: `{"category":"a","data":${data}}` });
  const ways = {
    "bytes of a category": (count) => poll(`category=${"a".repeat(count)}`),
    "categories of one poll": (count) => poll(times(count, (index) => `category=${index}`)),
    "parameters of a query": (count) => poll(`category=a&${times(count - 2, (index) => `x=${index}`)}`),
    "nesting of `data`": (count) => publish("[".repeat(count) + "]".repeat(count)),
    "characters of an Idempotency-Key": (count) => publish(1, { "Idempotency-Key": "k".repeat(count) }),
    "`since_time`": (count) => poll(`category=a&since_time=${count}`),
  };
  const rows = [...read_page().split("## Without an option")[1].matchAll(/^\| ([^|]+) \| (\d+) \| (\d{3}) \|/gm)];
  assert.deepEqual(rows.map(([, name]) => name), Object.keys(ways));
  await Promise.all(rows.map(async ([, name, most, status]) => {
    assert.equal((await ways[name](Number(most))).status, 200, name);
    assert.equal((await ways[name](Number(most) + 1)).status, Number(status), name);
  }));
  await server.stop();
});

test("the page of the contract has each status that there is, and no other", async () => {
  const description = await read_document();
  const statuses = [...operations_of(description), { responses: description["x-elsewhere"] }].flatMap(({ responses }) => Object.keys(responses));
  const listed = all_of(/^\| (\d{3}) \|/gm, read("config/doc/http.md"));
  assert.deepEqual(listed, [...new Set(statuses)].filter((status) => status >= 400).sort());
});

test("the page of operation has each exit code that there is, and no other", () => {
  const codes = all_of(/^inline constexpr int exit_\w+ = (\d+);/gm, read("include/longpolld/process/exit_codes.hpp"));
  assert.ok(codes.length > 5);
  const listed = all_of(/^\| (\d+) \|/gm, read("config/doc/operate.md"));
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(codes)].sort());
});
