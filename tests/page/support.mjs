// A longpolld of its own and a headless Chromium for the page tests.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

export const binary = process.env.LONGPOLLD_BINARY ?? "build/longpolld";
const shots = process.env.LONGPOLLD_SCREENSHOTS ?? "build/screenshots";
mkdirSync(shots, { recursive: true });

export async function start_server(...options) {
  const child = spawn(binary, ["--listen", "127.0.0.1:0", "--drain-delay-seconds", "0", "--log-format", "text", ...options]);
  // A test that fails leaves its server behind: neither keeps the other from ending.
  process.on("exit", () => child.kill("SIGKILL"));
  child.unref();
  child.stdout.unref();
  child.stderr.unref();
  const port = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (part) => {
      text += part;
      const match = text.match(/listening address=127\.0\.0\.1:(\d+)/);
      if (match) found(Number(match[1]));
    });
    child.stdout.ref();
    child.on("exit", () => failed(new Error(`longpolld ended: ${text}`)));
  });
  child.stdout.unref();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((ended) => { child.ref(); child.on("exit", ended); child.kill("SIGTERM"); }),
  };
}

export function start_browser() {
  const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  return chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
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
