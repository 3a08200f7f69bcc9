// A longpolld of its own and a headless Chromium for the page tests.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { test as node_test } from "node:test";
import { chromium } from "playwright-core";

export const binary = process.env.LONGPOLLD_BINARY ?? "build/longpolld";
const shots = process.env.LONGPOLLD_SCREENSHOTS ?? "build/screenshots";
mkdirSync(shots, { recursive: true });

const longest_ms = 60_000;

/** Until `is_so` gives something, which is returned; fails with what was waited for. */
export async function until(is_so, what, ms = 20_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((turn) => setTimeout(turn, 10))) {
    const found = await is_so();
    if (found) return found;
  }
  throw new Error(`not within ${ms / 1000} s: ${what}`);
}

/** A port of 127.0.0.1 for programs that cannot say which one they got. */
export const free_port = () => new Promise((found) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});

let unfinished = 0;
/**
 * A test that fails by its name when it takes longer than a minute. Node 18 then waits for whatever the test has left
 * open, so the process is ended a while after its last test.
 */
export function test(name, ...rest) {
  const action = rest.pop();
  const options = { timeout: longest_ms, ...rest[0] };
  if (!options.skip) ++unfinished;
  node_test(name, options, async (of) => {
    const over = new Promise((end) => of.signal.addEventListener("abort", end));
    try { await Promise.race([action(of), over]); } finally {
      if (--unfinished === 0) setTimeout(() => {
        console.error("ended although something was still open 20 s after the last test");
        process.exit(1);
      }, 20_000).unref();
    }
  });
}

export async function start_server(...options) {
  const child = spawn(binary, ["--listen", "127.0.0.1:0", "--allowed-hosts", "plain.example", "--drain-delay-seconds", "0", "--log-format", "text", ...options]);
  // A test that fails leaves its server behind: neither keeps the other from ending.
  process.on("exit", () => child.kill("SIGKILL"));
  child.unref();
  child.stdout.unref();
  child.stderr.unref();
  let text = "", gone;
  child.stdout.on("data", (part) => { text += part; });
  child.on("error", (problem) => { gone = problem; });
  child.on("exit", () => { gone = new Error(`longpolld ended: ${text}`); });
  const number = async (words, from) => {
    const found = await until(() => text.slice(from).match(words) ?? gone, `longpolld says ${words}`);
    if (found === gone) throw gone;
    return Number(found[1]);
  };
  const port = await number(/listening address=127\.0\.0\.1:(\d+)/, 0);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    /** The number in what it says, once it does. */
    number_said: (words) => number(words, 0),
    /** How many polls wait, by the server's own count. */
    parked_polls() {
      const from = text.length;
      child.kill("SIGUSR1");
      return number(/ parked_polls=(\d+) /, from);
    },
    stop: () => new Promise((ended) => { child.ref(); child.on("exit", ended); child.kill("SIGTERM"); }),
  };
}

export function start_browser() {
  const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  return chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
      // A name that is no secure context, unlike 127.0.0.1.
      "--host-resolver-rules=MAP plain.example 127.0.0.1"],
  });
}

/**
 * A picture for people to look at, which no test depends on: a headless browser on a busy machine now and then draws
 * none.
 */
export async function picture(page, name, options = {}) {
  try {
    await page.bringToFront();
    await page.screenshot({ path: `${shots}/${name}.png`, timeout: 8000, ...options });
  } catch (problem) {
    if (problem.name !== "TimeoutError") throw problem;
    console.error(`no picture of ${name}: the browser drew none in time`);
  }
}

/** Until a page says that it is in this state. */
export const in_state = (page, state) => page.waitForSelector(`html[data-state=${state}]`);

/** Tests wait with `until`; whatever changes something says `heard`. */
export function notice() {
  const one = {
    heard: () => {},
    until: (is_so) => new Promise((done) => { one.heard = () => is_so() && done(); one.heard(); }),
  };
  return one;
}

export async function publish(url, category, data) {
  const reply = await fetch(`${url}/publish`, { method: "POST", body: JSON.stringify({ category, data }) });
  if (!reply.ok) throw new Error(`publish: ${reply.status}`);
  return reply.json();
}

/** Answers each request by the next of `answers`, the last one for ever, and remembers when what was asked. */
export async function scripted(...answers) {
  const asked = [];
  const http = createServer((request, reply) => {
    const { url, headers } = request;
    asked.push({ at: Date.now(), url, headers, closed: new Promise((end) => reply.on("close", end)) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer) reply.writeHead(answer[0], answer[2]).end(answer[1]);
  });
  await new Promise((ready) => http.listen(0, "127.0.0.1", ready));
  const { port } = http.address();
  return {
    asked,
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((closed) => { http.close(closed); http.closeAllConnections(); }),
  };
}
export const id = (n) => `018f0000-0000-7000-8000-${String(n).padStart(12, "0")}`;
export const one_event = [200,
  JSON.stringify({ events: [{ category: "a", data: 1, timestamp: 1, id: id(1) }], cursor: id(1) })];
export const nothing_yet = [200, JSON.stringify({ timeout: "no events before timeout", timestamp: 1, cursor: id(1) })];
export const refused = (status, fields) => [status, '{"error":"no"}', fields];

/** What is given runs with these globals in place of the real ones. */
export async function with_globals(others, action) {
  const real = Object.fromEntries(Object.keys(others).map((name) => [name, globalThis[name]]));
  Object.assign(globalThis, others);
  try { return await action(); } finally { Object.assign(globalThis, real); }
}

/** Whether the caller's caller is the client and not fetch, whose timers are none of a test's business. */
const is_of_client = () => /web\/client\.js/.test(new Error().stack.split("\n")[3]);

/** Time runs so many times faster for the client. */
export const faster = (times, real = globalThis.setTimeout) =>
  ({ setTimeout: (action, ms, ...rest) => real(action, is_of_client() ? ms / times : ms, ...rest) });

/** The client's waits end at once and are written down; its deadlines are left alone. */
export const recording = (waits, real = globalThis.setTimeout) => ({
  setTimeout(action, ms, ...rest) {
    if (!is_of_client() || ms === 11000) return real(action, ms, ...rest);
    waits.push(ms);
    return real(action, 0);
  },
});

/** The data of so many events, then the subscription is left. */
export async function take(events, count) {
  const taken = [];
  if (count > 0) for await (const { data } of events) if (taken.push(data) === count) break;
  return taken;
}
