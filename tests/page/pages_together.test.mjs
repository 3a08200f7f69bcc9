// What holds for every page, and for many of them in one browser.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { in_state, picture, publish, start_browser, start_server, test, until } from "./support.mjs";

const paths = ["", "demo/basic.html", "demo/advanced.html", "demo/inspector.html"];
let server, browser;
before(async () => {
  server = await start_server("--demo", "on");
  browser = await start_browser();
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** Until its first reply the inspector has no place, and may miss what comes. */
async function ask_for_all(page) {
  await page.selectOption("#begin", "0");
  await page.click("#ask [type=submit]");
}

async function open(inside, path, at = server.url) {
  const page = await inside.newPage();
  await page.goto(`${at}/${path}`);
  await in_state(page, "connected");
  if (path.includes("inspector")) await ask_for_all(page);
  return page;
}
const fill = async (page, text) => {
  const field = await page.$("#data") ?? await page.$("#text");
  await field.fill(text);
  return field;
};
const shown = (page, text) => page.locator("#events").getByText(text).first().waitFor();

test("eight pages of one browser: each publishes and each sees what comes, although it has six connections", async () => {
  const inside = await browser.newContext();
  // All at once, as they come and publish when a browser starts with its pages of yesterday.
  const pages = await Promise.all([...paths, ...paths].map((path) => open(inside, path)));
  await Promise.all(pages.filter((_, i) => i % 4 !== 1).map(async (page, i) => {
    await fill(page, `from page ${i}`);
    await page.click("#publish button");
    await page.locator("#publish output").filter({ hasText: /^published/ }).waitFor({ timeout: 10_000 });
    await shown(page, new RegExp(`from page ${i}`));
  }));
  await pages[1].click("#generate");
  await shown(pages[5], /./);
  await pages[1].click("#generate");
  for (const category of ["farm", "public"]) {
    await publish(server.url, category, category === "public" ? { user: "Bob", text: "sang" } : "sang");
  }
  for (const page of pages) await shown(page, /sang/);
  await inside.close();
});

test("a page that nobody sees holds no connection, and catches up when it is seen", async () => {
  const inside = await browser.newContext();
  for (const path of ["demo/basic.html", "", "demo/inspector.html"]) {
    const page = await open(inside, path);
    // Headless pages are all visible, so the page is told otherwise.
    const see = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    const name = path || "the first page", word = `unseen on ${name}`;
    await page.reload();
    await in_state(page, "connected");
    if (path.includes("inspector")) await ask_for_all(page);
    await see(true);
    await publish(server.url, "farm", "ends a poll under way");
    await until(async () => await server.parked_polls() === 0, `no poll of ${name} waits`);
    await publish(server.url, "farm", word);
    await new Promise((turn) => setTimeout(turn, 300));  // for a poll that must not come
    assert.equal(await server.parked_polls(), 0, `a poll of ${name} waits`);
    assert.equal(await page.locator("#events").getByText(word).count(), 0);
    await see(false);
    await shown(page, word);
    await page.close();
  }
  await inside.close();
});

test("on plain http, where there is no clipboard, copying works all the same", async () => {
  const inside = await browser.newContext();
  const page = await open(inside, "", server.url.replace("127.0.0.1", "plain.example"));
  assert.deepEqual(await page.evaluate(() => [isSecureContext, typeof navigator.clipboard]), [false, "undefined"]);
  await page.click("#copy");
  await page.locator("#copy").filter({ hasText: "Copied" }).waitFor();
  await page.fill("#data", "");
  await page.press("#data", "Control+V");
  assert.equal(await page.inputValue("#data"), await page.textContent("#curl"));
  await page.click("#copy-code");
  await page.locator("#copy-code").filter({ hasText: "Copied" }).waitFor();
  await inside.close();
});

test("every state has words and a colour of its own, and the dot beside the name has it too", async () => {
  const inside = await browser.newContext();
  const page = await open(inside, "demo/basic.html");
  let answer;
  await page.route("**/events?*", (route) => (answer ? answer(route) : route.continue()));
  const seen = new Map();
  const look = async (state) => {
    await in_state(page, state);
    await page.waitForTimeout(400);  // the dot's colour fades
    seen.set(state, await page.evaluate(() => [document.getElementById("state").textContent,
      getComputedStyle(document.getElementById("state")).color,
      getComputedStyle(document.querySelector(".brand"), "::before").backgroundColor]));
    await picture(page, `state-${state}`);
  };
  await look("connected");
  answer = (route) => route.fulfill({ status: 503, json: { error: "the server is busy" } });
  await publish(server.url, "farm", "ends a poll");
  await look("retrying");
  answer = (route) => route.abort();
  await page.uncheck("input[name=harbour]");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.reload();
  await look("away");
  answer = undefined;
  await page.reload();
  await in_state(page, "connected");
  for (const name of ["farm", "weather", "harbour"]) await page.uncheck(`input[name=${name}]`);
  await look("nothing");
  await page.check("input[name=farm]");
  await in_state(page, "connected");
  assert.equal(seen.get("retrying")[0], "retrying: the server is busy");
  for (const i of [0, 1, 2]) assert.equal(new Set([...seen.values()].map((one) => one[i])).size, 4);
  for (const [, colour, dot] of seen.values()) assert.equal(colour, dot);
  await inside.close();
});

test("every page tells of a gap", async () => {
  const narrow = await start_server("--demo", "on", "--max-event-buffer-size", "1");
  const inside = await browser.newContext();
  const pages = [];
  for (const category of ["farm", "public"]) await publish(narrow.url, category, { user: "Bob", text: "before" });
  for (const path of paths) pages.push(await open(inside, path, narrow.url));
  await shown(pages[3], /before/);
  await inside.setOffline(true);
  for (const text of ["1", "2", "3"]) {
    for (const category of ["farm", "public"]) await publish(narrow.url, category, { user: "Bob", text });
  }
  await inside.setOffline(false);
  for (const page of pages) await shown(page, /^gap: something before this is no longer kept, in (farm|public)$/);
  await inside.close();
  await narrow.stop();
});

test("Ctrl+Enter publishes on every page with a form, also from several lines", async () => {
  const inside = await browser.newContext();
  for (const path of ["", "demo/advanced.html", "demo/inspector.html"]) {
    const page = await open(inside, path);
    await (await fill(page, `by keys on ${path}`)).press("Control+Enter");
    await page.locator("#publish output").filter({ hasText: /^published/ }).waitFor();
    await shown(page, new RegExp(`by keys on ${path}`));
    await page.close();
  }
  await inside.close();
});

test("every page fits a phone of 360 px, and what one touches is at least 44 px high and wide", async () => {
  const inside = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true });
  for (const path of paths) {
    const page = await open(inside, path);
    await publish(server.url, "farm", "x".repeat(300));
    await publish(server.url, "public", { user: "Bob", text: "x".repeat(300) });
    await shown(page, /xxx/);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${path} is ${overflow}px too wide`);
    const small = await page.$$eval("a, button, summary, select, textarea, input", (all) => all
      .map((one) => (one.type === "checkbox" ? one.closest("label") : one))
      .filter((one) => one.checkVisibility())
      .map((one) => ({ what: one.outerHTML.slice(0, 60), box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ what, box }) => `${what} ${box.width}x${box.height}`));
    assert.deepEqual(small, [], path);
    if (path.includes("inspector")) {
      const { width } = await page.locator("#events td:nth-child(4)").first().boundingBox();
      assert.ok(width > 270, `the data is ${width} px wide`);
    }
    await page.close();
  }
  await inside.close();
});

test("where publishing has an address of its own, the pages say so and offer nothing that fails", async () => {
  const separate = await start_server("--demo", "on", "--publish-listen", "127.0.0.1:0");
  const inside = await browser.newContext();
  for (const path of paths) {
    const page = await open(inside, path, separate.url);
    assert.match(await page.locator(".notice").textContent(), /publish_listen/);
    for (const button of await page.$$("[data-publishes] button")) assert.ok(await button.isDisabled());
    if (!path) await page.locator("#curl").filter({ hasText: "ADDRESS-OF-publish_listen" }).waitFor();
    assert.doesNotMatch(await page.textContent("body"), /nothing at this path/);
    if (!path) await picture(page, "publish-listen", { fullPage: true });
    await page.close();
  }
  await inside.close();
  await separate.stop();
});

test("title and heading say what a page is about, and all share one module", async () => {
  for (const path of paths.slice(1)) {
    const text = await (await fetch(`${server.url}/${path}`)).text();
    const [title, heading] = [/<title>(.*)<\/title>/, /<h1>(.*)<\/h1>/].map((one) => text.match(one)[1]);
    assert.doesNotMatch(`${title} ${heading}`, /basic|advanced/i);
    assert.match(await (await fetch(`${server.url}/${path.replace("html", "js")}`)).text(), /from "\.\/page\.js"/);
  }
});
