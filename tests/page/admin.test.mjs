// The operator's live page: what it shows and what it does.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { skip, start_admin, table, watch } from "./admin_server.mjs";
import { in_state, picture, publish, start_browser, test, until } from "./support.mjs";

const folder = mkdtempSync(join(tmpdir(), "longpolld-admin-"));
const file = join(folder, "longpolld.toml");
let server, browser, context, page, seen;

before(async () => {
  if (skip) return;
  writeFileSync(file, table);
  server = await start_admin("--config", file, "--max-parked-polls-per-category", "3");
  browser = await start_browser();
  context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  seen = watch(context);
  page = await context.newPage();
  await page.goto(server.page);
  await in_state(page, "live");
});

after(async () => {
  rmSync(folder, { recursive: true });
  if (skip) return;
  await browser.close();
  await server.stop();
});

const park = (category, signal) => fetch(`${server.url}/events?category=${category}&timeout=60`, { signal }).catch(() => {});
const tile = (title, where = page) => where.locator(".tile").filter({ has: where.getByRole("heading", { name: title }) });
const figure = async (title, where = page) => Number((await tile(title, where).locator(".figures").textContent()).replace(/[^\d.]/g, ""));
const course = (title) => tile(title).locator("path.course").first().getAttribute("d");
const row = (category) => page.locator(`#rows tr[data-category="${category}"]`);
const cell = (category, name) => row(category).locator(`[data-label=${name}]`).textContent();
const listed = (list, name) => page.locator(`#${list} > div`).filter({ hasText: name }).locator("dd span").textContent();

test("figures and charts follow what happens", { skip }, async () => {
  const before_all = await course("Parked polls");
  const leave = new AbortController();
  for (let i = 0; i < 3; ++i) park("farm", leave.signal);
  await until(async () => await figure("Parked polls") === 3, "three parked polls");
  assert.equal(await listed("connections", "parked"), "3");
  assert.notEqual(await course("Parked polls"), before_all);
  for (let i = 0; i < 5; ++i) await publish(server.url, "farm", i);
  await until(async () => await figure("Events published") > 0, "a rate of events");
  await until(async () => await figure("Polls woken") > 0, "a rate of wakes");
  assert.match(await tile("Events published").locator(".foot").textContent(), /5 in all$/);
  assert.match(await tile("Wake latency").locator(".figures").textContent(), /^p50 [\d.]+ (µs|ms|s)p99 [\d.]+ (µs|ms|s)$/);
  assert.equal(await listed("ended", "by an event"), "3");
  await until(async () => await figure("Parked polls") === 0, "no poll parked");
  leave.abort();
  await until(async () => await cell("farm", "events") === "5", "the category's events");
});

test("a limit that is reached is listed with how often", { skip }, async () => {
  const leave = new AbortController();
  const refused = await Promise.all(Array.from({ length: 5 }, () => Promise.race([park("crowd", leave.signal),
    until(async () => await figure("Parked polls") === 3, "the others are parked").then(() => undefined)])));
  assert.equal(refused.filter((reply) => reply?.status === 429 || reply?.status === 503).length, 2);
  await until(async () => await page.locator("#limits > div").filter({ hasText: "max_parked_polls_per_category" }).count() === 1, "the limit");
  assert.equal(await listed("limits", "max_parked_polls_per_category"), "2");
  leave.abort();
});

test("categories are sorted by what is asked for, found by how they begin, and paged through", { skip }, async () => {
  for (let i = 0; i < 40; ++i) await publish(server.url, `sensor/${String(i).padStart(2, "0")}`, i);
  await page.fill("#prefix", "sensor/");
  await until(async () => (await page.textContent("#found")).startsWith("40 begin"), "40 categories");
  await page.getByRole("button", { name: "category", exact: true }).click();
  const names = () => page.locator("#rows th").allTextContents();
  assert.equal((await names())[0], "sensor/00");
  await page.click("#next");
  await page.click("#next");
  assert.equal((await names()).at(-1), "sensor/39");
  assert.ok(await page.isDisabled("#next"));
  await page.fill("#prefix", "no such");
  await page.locator("#rows").getByText("No category begins with this.").waitFor();
  await page.fill("#prefix", "");
  await page.getByRole("button", { name: "events", exact: true }).click();
  await until(async () => (await names())[0] === "farm", "the one with most events");
  assert.equal(await page.getAttribute("th[data-by=events]", "aria-sort"), "descending");
});

test("a purge takes two clicks, apart; Escape and a double click leave all as it was", { skip }, async () => {
  const purge = row("farm").getByRole("button");
  await page.fill("#prefix", "farm");
  await purge.dblclick();
  assert.equal(await purge.textContent(), "Purge 5?");
  await page.locator("#outcome").getByText("A second click purges all 5 events of farm").waitFor();
  await purge.press("Escape");
  assert.equal(await purge.textContent(), "Purge");
  assert.equal((await (await fetch(`${server.page}categories?prefix=farm`)).json()).categories[0].events, 5);
  await purge.click();
  // A second one that comes too early is taken for a double click.
  await until(async () => await purge.textContent() !== "Purge 5?" || purge.press("Enter"), "the second one counts");
  await page.locator("#outcome").getByText("farm: 5 events purged").waitFor();
  await until(async () => await cell("farm", "events") === "0", "the row without events");
  assert.equal((await (await fetch(`${server.url}/events?category=farm&since_time=0&timeout=1`)).json()).events, undefined);
  await page.fill("#prefix", "");
});

test("a reload that does not hold says why, one that does says so", { skip }, async () => {
  writeFileSync(file, `${table}things = 1\n`);
  await page.getByRole("button", { name: "Reload" }).click();
  await page.locator("#reloaded.bad").getByText(/Not reloaded.*things/s).waitFor();
  await picture(page, "admin-reload");
  writeFileSync(file, table);
  await page.getByRole("button", { name: "Reload" }).click();
  await page.locator("#reloaded.good").getByText(/^Reloaded at/).waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  assert.ok(await page.isHidden("#reloaded"));
  // The console tells of every 422, which is what was asked for.
  assert.deepEqual(seen.problems.splice(0).filter((text) => !/status of 422/.test(text)), []);
});

test("keys reach all of it: charts look back, and every control has a name", { skip }, async () => {
  await page.locator("#charts").press("ArrowLeft");
  assert.match(await page.textContent("#moment"), /^at \d\d:\d\d:\d\d$/);
  await page.locator("#charts").press("Escape");
  assert.equal(await page.textContent("#moment"), "");
  const nameless = await page.$$eval("button:not([hidden]), input", (all) =>
    all.filter((one) => !(one.textContent || one.getAttribute("aria-label"))).length);
  assert.equal(nameless, 0);
  for (const title of ["Parked polls", "Wake latency"]) {
    assert.match(await tile(title).getByRole("img").getAttribute("aria-label"), new RegExp(`^${title}: `));
  }
});

test("it looks right in light, in dark and on a phone", { skip }, async () => {
  const leave = new AbortController();
  for (const category of ["farm", "sensor/07", "news"]) for (let i = 0; i < 3; ++i) park(category, leave.signal);
  for (let i = 0; i < 120; ++i) await publish(server.url, ["farm", "news", "orders/eu", "weather"][i % 4], i);
  await until(async () => Number(await cell("farm", "events")) >= 30, "the categories");
  await page.evaluate(() => document.activeElement.blur());
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `admin-${colorScheme}`, { fullPage: true });
  }
  for (const width of [360, 768]) {
    await page.setViewportSize({ width, height: 800 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`);
    if (width === 360) await picture(page, "admin-phone", { fullPage: true });
  }
  leave.abort();
});

test("nothing was blocked, nothing failed, and nothing was asked of anybody else", { skip }, async () => {
  assert.deepEqual(seen.problems, []);
  assert.deepEqual(seen.asked.filter((url) => !/^http:\/\/127\.0\.0\.1:/.test(url)), []);
});
