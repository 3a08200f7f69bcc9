import assert from "node:assert/strict";
import { after, before } from "node:test";
import { in_state, picture, publish, start_browser, start_server, test } from "./support.mjs";

let server, browser, page, problems;

before(async () => {
  server = await start_server("--demo", "on");
  browser = await start_browser();
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  page = await context.newPage();
  problems = [];
  page.on("console", (line) => { if (line.type() === "error") problems.push(line.text()); });
  page.on("pageerror", (problem) => problems.push(String(problem)));
  await page.goto(server.url);
  await in_state(page, "connected");
});

after(async () => {
  await browser.close();
  await server.stop();
});

// Locators, not waitForFunction: that one evaluates strings, which the page's policy forbids.
const shown = (text, where = page) => where.locator("#events span").filter({ hasText: text }).first().waitFor();

test("an event published from elsewhere appears in the page", async () => {
  await publish(server.url, "farm", { pig: "oink" });
  await shown('{"pig":"oink"}');
});

test("the form publishes JSON and plain text", async () => {
  await page.fill("#data", "hello <b>there</b>");
  await page.click("#publish button");
  await page.locator("#publish output").filter({ hasText: "published" }).waitFor();
  await shown('"hello <b>there</b>"');
  assert.match(await page.textContent("#publish output"), /^published as [0-9a-f-]{36}$/);
});

test("event data is shown as text and never runs", async () => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await publish(server.url, "farm", evil);
  await shown(JSON.stringify(evil));
  assert.equal(await page.locator("#events img, #events script").count(), 0);
  assert.equal(await page.title(), "longpolld");
});

test("every event of a burst appears, in order", async () => {
  for (let i = 0; i < 50; ++i) await publish(server.url, "farm", `burst ${i}`);
  await shown('"burst 49"');
  const seen = await page.$$eval("#events span", (all) => all.map((one) => one.textContent));
  const burst = seen.filter((text) => text.startsWith('"burst ')).reverse();
  assert.deepEqual(burst, Array.from({ length: 50 }, (_, i) => `"burst ${i}"`));
});

test("the curl line can be copied and names this server", async () => {
  await page.click("#copy");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, `curl -d '{"category":"farm","data":"hello"}' ${server.url}/publish`);
});

test("the loop that runs is the loop that is shown", async () => {
  const code = await page.textContent("#code");
  assert.match(code, /^async function subscribe\(category, signal, show, seconds = \(\) => 30\)/);
  assert.ok(code.split("\n").length <= 17);
});

test("no line of code on the page is cut off, on a phone either", async () => {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const cut = await page.$$eval("pre", (all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.id));
    assert.deepEqual(cut, [], `${width} px`);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
});

test("the counts on the page are those that a newcomer needs", async () => {
  await page.locator("#status dd").first().waitFor();
  assert.deepEqual(await page.locator("#status dt").allTextContents(),
    ["version", "connections", "parked polls", "categories", "events published", "bytes kept"]);
  for (const count of await page.locator("#status dd").allTextContents()) assert.match(count, /^[\d.,]+/);
});

test("the loop that is shown calls only what a browser has and what it is given", async () => {
  const code = (await page.textContent("#code")).split("\n").slice(1).join("\n");
  const calls = new Set([...code.matchAll(/(\w+)\(/g)].map(([, name]) => name));
  assert.deepEqual([...calls].sort(), ["Promise", "URLSearchParams", "fetch", "json", "seconds", "setTimeout", "show"]);
});

test("another category can be followed", async () => {
  await page.fill("#category", "sea & sky");
  await page.dispatchEvent("#category", "change");
  await publish(server.url, "sea & sky", "wave");
  await shown('"wave"');
});

test("nothing was blocked and nothing failed", async () => {
  assert.deepEqual(problems, []);
});

test("it looks right in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `demo-${colorScheme}`, { fullPage: true });
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await picture(page, "demo-phone", { fullPage: true });
});

test("the page's policy allows nothing but this server", async () => {
  const reply = await fetch(server.url);
  assert.match(reply.headers.get("content-security-policy"), /default-src 'none'; script-src 'self'/);
  assert.match(reply.headers.get("content-type"), /^text\/html/);
});

test("without the demo the page only says what this is", async () => {
  const plain = await start_server("--demo", "off");
  const text = await (await fetch(plain.url)).text();
  assert.match(text, /long-poll server/);
  assert.doesNotMatch(text, /<form|<script/);
  assert.equal((await fetch(`${plain.url}/demo/demo.js`)).status, 404);
  assert.equal((await fetch(`${plain.url}/demo/status`)).status, 404);
  await plain.stop();
});

test("without the demo the page is styled although nothing below /demo/ is served", async () => {
  const plain = await start_server("--demo", "off");
  const guest = await browser.newPage();
  const failures = [];
  guest.on("console", (line) => { if (line.type() === "error") failures.push(line.text()); });
  await guest.route("**/demo/**", (route) => route.fulfill({ status: 403 }));
  await guest.goto(plain.url);
  const look = () => guest.evaluate(() => getComputedStyle(document.querySelector("section")).borderRadius);
  assert.equal(await look(), "12px");
  for (const colorScheme of ["light", "dark"]) {
    await guest.emulateMedia({ colorScheme });
    await picture(guest, `plain-${colorScheme}`, { fullPage: true });
  }
  await guest.setViewportSize({ width: 360, height: 800 });
  await picture(guest, "plain-phone", { fullPage: true });
  assert.ok(await guest.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  assert.deepEqual(failures, []);
  await guest.close();
  await plain.stop();
});

test("a page outlives a restart of the server and says so meanwhile", async () => {
  const first = await start_server("--demo", "on");
  const guest = await browser.newPage();
  await guest.goto(first.url);
  await in_state(guest, "connected");
  await first.stop();
  await in_state(guest, "away");
  const second = await start_server("--demo", "on", "--listen", `127.0.0.1:${first.port}`);
  await publish(first.url, "farm", "after");
  await shown('"after"', guest);
  await in_state(guest, "connected");
  await guest.close();
  await second.stop();
});

test("a page of another origin reads and publishes only when it is allowed", async () => {
  const other = await start_server();
  const allowing = await start_server("--cors-allow-origins", other.url);
  const guest = await browser.newPage();
  await guest.goto(`${other.url}/healthz`);
  const reach = (url) => guest.evaluate(async (base) => {
    const attempt = async (action) => { try { return (await action()).status; } catch { return "blocked"; } };
    return [
      await attempt(() => fetch(`${base}/events?category=a&timeout=1`)),
      await attempt(() => fetch(`${base}/events`)),
      await attempt(() => fetch(`${base}/publish`, { method: "POST", body: '{"category":"a","data":1}' })),
      await attempt(() => fetch(`${base}/publish`, { method: "POST", body: '{"category":"a","data":1}',
        headers: { "Content-Type": "application/json" } })),
    ];
  }, url);
  assert.deepEqual(await reach(allowing.url), [200, 400, 200, 200]);
  assert.deepEqual(await reach(server.url), ["blocked", "blocked", "blocked", "blocked"]);
  const stored = await (await fetch(`${server.url}/events?category=a&since_time=0&timeout=1`)).json();
  assert.ok(stored.timeout, "a foreign page's event must not be stored");
  await guest.close();
  await Promise.all([other.stop(), allowing.stop()]);
});
