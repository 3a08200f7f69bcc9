// The servers of contract.test.mjs, each started when it is first asked for: what provokes a reply that not every server
// gives.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "./openapi.mjs";
import { binary, publish, start_server, until } from "./support.mjs";

process.setMaxListeners(0);
const folder = mkdtempSync(join(tmpdir(), "longpolld-contract-"));
const place = (name, text) => { writeFileSync(join(folder, name), text); return join(folder, name); };
const key_file = place("site.key", "s".repeat(40));
const run = (...words) => execFileSync(binary, words, { encoding: "utf8" });
const [secret, , ...table] = run("key", "backend").split("\n");

/** Credentials for servers.guarded: a program's, and a user's who is called ann. */
export const files = {
  secret,
  token: run("token", "--key-file", key_file, "--algorithm", "HS256", "--claim", "sub=ann").trim(),
};

const issuer = `[[issuer]]\nname = "site"\nalgorithm = "HS256"\nkey_file = "${key_file}"\nsubscribe = ["user.{sub}"]\n`;
const guarded = place("guarded.toml", `known_categories = ["farm", "public", "user.*"]
[anyone]
subscribe = ["public"]
${issuer}${table.join("\n")}\n`);
const strict = place("strict.toml", `[anyone]\nsubscribe = ["*"]\npublish = ["*"]\n${issuer}`);

const page = "http://page.example";
const nobody_trusted = ["--trusted-proxies", "192.0.2.1"];  // else limits for each address leave out this machine
const long_heads = ["--head-timeout-seconds", "3600"];

/** A connection to the server that does nothing more than it is told to. */
function hold(server, bytes = "") {
  const socket = connect(server.port, "127.0.0.1", () => socket.write(bytes));
  socket.on("error", () => {});
  socket.unref();
  return new Promise((done) => socket.on("connect", done));
}

const kinds = {
  plain: () => start_server(),
  guarded: () => start_server("--config", guarded),
  strict: () => start_server("--config", strict, ...nobody_trusted, "--max-events-per-second-per-address", "1",
    "--max-wrong-credentials-per-second-per-address", "1"),
  slow: () => start_server("--head-timeout-seconds", "1", "--body-timeout-seconds", "1"),
  for_pages: () => start_server("--cors-allow-origins", page, "--token-cookie", "session"),
  deleting: () => start_server("--delete-event-after-first-retrieval", "true"),
  without_redis: () => start_server("--store", "redis", "--redis-url", "redis://127.0.0.1:1"),
  only_subscribing: () => start_server("--publish-listen", "127.0.0.2:0"),
  async only_publishing() {
    const both = await servers.only_subscribing();
    return { host: "127.0.0.2", port: await both.number_said(/listening address=127\.0\.0\.2:(\d+)/), stop: () => {} };
  },
  async crowded() {
    const server = await start_server(...nobody_trusted, ...long_heads, "--max-connections-per-address", "1");
    await hold(server);
    return server;
  },
  async full() {
    const server = await start_server(...long_heads, "--max-connections", "1");
    await hold(server);
    return server;
  },
  async parking_one_of_an_address() { return parked(await start_server(...nobody_trusted, "--max-parked-polls-per-address", "1")); },
  async parking_one() { return parked(await start_server("--max-parked-polls", "1")); },
  async forgetful() {
    const server = await start_server("--max-event-buffer-size", "1");
    const { id } = await publish(server.url, "farm", 1);
    for (const data of [2, 3]) await publish(server.url, "farm", data);
    return { ...server, passed: id };
  },
};

/** The server, once a poll waits there. */
async function parked(server) {
  await hold(server, request("GET", "/events?category=farm&timeout=100"));
  await until(async () => await server.parked_polls() === 1, "a parked poll");
  return server;
}

const started = {};
/** servers.plain() and so on; servers.stop() ends all that were started. */
export const servers = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, start]) => [name, () => started[name] ??= start()])),
  stop: () => Promise.allSettled(Object.values(started).map(async (one) => (await one).stop())),
};
