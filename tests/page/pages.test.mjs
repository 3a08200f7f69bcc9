import assert from "node:assert/strict";
import { after, before } from "node:test";
import { in_state, picture, publish, start_browser, start_server, test, until } from "./support.mjs";

let server, browser, context, problems;

before(async () => {
  server = await start_server("--demo", "on");
  browser = await start_browser();
  context = await browser.newContext();
  problems = [];
  context.on("console", (line) => { if (line.type() === "error") problems.push(line.text()); });
  context.on("weberror", (problem) => problems.push(String(problem.error())));
});

after(async () => {
  await browser.close();
  await server.stop();
});

async function open(path, at = server, inside = context) {
  const page = await inside.newPage();
  await page.goto(`${at.url}/demo/${path}`);
  await in_state(page, "connected");
  return page;
}
const shown = (page, text) => page.locator("#events").getByText(text).first().waitFor();
const seen = (page) => page.$$eval("#events li span", (all) => all.map((one) => one.textContent).reverse());

async function shoot(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`, { fullPage: true });
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await picture(page, `${name}-phone`, { fullPage: true });
}

test("news: what one page generates both show, alike, and a category can be left out", async () => {
  const [one, two] = [await open("basic.html"), await open("basic.html")];
  await one.click("#generate");
  await two.locator("#events li").nth(3).waitFor();
  await one.click("#generate");
  await publish(server.url, "farm", "the last");
  await shown(one, "the last");
  await shown(two, "the last");
  const [first, second] = [await seen(one), await seen(two)];
  assert.ok(second.length >= 4);
  assert.deepEqual(first.slice(-second.length), second);
  await two.uncheck("input[name=farm]");
  await publish(server.url, "farm", "unheard");
  await publish(server.url, "weather", "heard");
  await shown(two, "heard");
  assert.ok(!(await seen(two)).includes("unheard"));
  await shoot(one, "basic");
  await Promise.all([one.close(), two.close()]);
});

test("messages: public events reach every user, private ones only whom they are for", async () => {
  const [ann, bob, cleo] = [await open("advanced.html?user=Ann"), await open("advanced.html?user=Bob"),
    await open("advanced.html?user=Cleo")];
  const act = async (page, text, to) => {
    await page.fill("#text", text);
    await page.selectOption("#to", to);
    await page.click("#publish button");
    await page.locator("#publish output").filter({ hasText: "published for" }).waitFor();
  };
  await act(ann, "whispered", "Bob");
  await act(ann, "told herself", "Ann");
  await act(bob, "sang", "");
  for (const page of [ann, bob, cleo]) await shown(page, /sang/);
  assert.deepEqual(await seen(ann), ["you told herself", "Bob sang"]);
  assert.deepEqual(await seen(bob), ["Ann whispered", "you sang"]);
  assert.deepEqual(await seen(cleo), ["Bob sang"]);
  const [late] = await Promise.all([context.waitForEvent("page"), ann.click("#others a >> nth=0")]);
  await shown(late, "Ann whispered");
  await cleo.click("#peek button >> nth=0");
  await cleo.locator("#peeked").filter({ hasText: '403: not allowed to subscribe to "messages/for/Ann"' }).waitFor();
  assert.equal((await fetch(`${server.url}/events?category=messages/for/Ann&since_time=0`)).status, 401);
  await shoot(bob, "advanced");
  await Promise.all([ann, bob, cleo, late].map((page) => page.close()));
});

test("inspector: events with latency, each poll with its reply, pause, and a gap", async () => {
  const narrow = await start_server("--demo", "on", "--max-event-buffer-size", "3");
  const page = await open("inspector.html", narrow);
  await page.selectOption("#begin", "0");
  await page.click("#ask [type=submit]");
  await publish(narrow.url, "farm", { pig: "<b>oink</b>" });
  await shown(page, '{"pig":"<b>oink</b>"}');
  const cells = await page.$$eval("#events tr:first-child td", (all) => all.map((one) => one.textContent));
  assert.match(cells[0], /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.match(cells[1], /^\d{1,4} ms$/);
  assert.match(cells[4], /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  const poll = page.locator("#polls li").filter({ hasText: "<b>oink" });
  assert.match(await poll.locator("summary").textContent(), /200, events: 1, after [\d,]+ ms$/);
  assert.match(await poll.locator("pre").first().textContent(), /^GET \/events\?category=farm&category=weather&timeout=30/);
  assert.match(await poll.locator("pre.reply").textContent(),
    /^HTTP 200\n(?=[^]*content-type: application\/json)[^]*"pig":"<b>oink/);
  await page.click("#pause");
  await in_state(page, "paused");
  for (let i = 1; i <= 5; ++i) await publish(narrow.url, "farm", `away ${i}`);
  assert.equal(await page.textContent("#count"), "1");
  await page.click("#pause");
  await shown(page, "away 5");
  await shown(page, /gap: .* no longer kept, in farm/);
  assert.equal(await page.textContent("#count"), "4");
  await page.fill("#timeout", "0");
  await page.click("#ask [type=submit]");
  await shown(page, /error: timeout must be/);
  await page.locator("#state").filter({ hasText: "stopped: timeout must be" }).waitFor();
  await page.fill("#timeout", "30");
  await page.click("#ask [type=submit]");
  await in_state(page, "connected");
  await shoot(page, "inspector");
  await page.close();
  await narrow.stop();
});

test("inspector: it publishes, and keeps the last twenty polls, each to be copied", async () => {
  const inside = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await open("inspector.html", server, inside);
  // Until its first reply it has no cursor: what is published before its poll arrives would be missed.
  await page.selectOption("#begin", "0");
  await page.click("#ask [type=submit]");
  await page.fill("#data", "press 0");
  await page.click("#publish button");
  await shown(page, '"press 0"');
  for (let i = 1; i < 25; ++i) {
    await publish(server.url, "farm", `press ${i}`);
    await shown(page, `"press ${i}"`);
  }
  assert.equal(await page.locator("#polls li").count(), 20);
  const poll = page.locator("#polls li").filter({ hasText: '"press 24"' });
  await poll.locator("summary").click();
  await page.bringToFront();  // the clipboard is only for a page that has the focus
  const copies = async (button, text) => {
    // It says so for a while only, which a busy machine may look away for.
    await button.evaluate((one) => {
      one.said = new Promise((done) => {
        new MutationObserver(() => done(one.textContent)).observe(one, { childList: true });
      });
    });
    await button.click();
    assert.equal(await button.evaluate((one) => one.said), "Copied");
    await until(async () => await page.evaluate(() => navigator.clipboard.readText()) === text, `copied: ${text}`);
  };
  const request = (await poll.locator("pre").first().textContent()).slice("GET ".length);
  await copies(poll.locator("button").first(), `curl '${server.url}${request}'`);
  await copies(poll.locator("button").last(), await poll.locator("pre.reply").textContent());
  await inside.close();
});

test("nothing was blocked and nothing failed but what was asked wrongly", () => {
  assert.deepEqual(problems.filter((text) => !/status of 40[03]/.test(text)), []);
});

test("the pages work below a path", async () => {
  const index = await (await fetch(server.url)).text();
  for (const path of ["basic.html", "advanced.html", "inspector.html", ""]) {
    const text = path ? await (await fetch(`${server.url}/demo/${path}`)).text() : index;
    assert.doesNotMatch(text, /(src|href)="\//, path);
  }
});

test("a page without network goes on where it was as soon as it is back", async () => {
  const inside = await browser.newContext();
  const page = await open("basic.html", server, inside);
  await publish(server.url, "farm", "while there");
  await shown(page, "while there");
  await inside.setOffline(true);
  // A poll that is under way may still be answered, the next one is not.
  await publish(server.url, "farm", "while away 1");
  await in_state(page, "away");
  for (let i = 2; i <= 5; ++i) await publish(server.url, "farm", `while away ${i}`);
  await inside.setOffline(false);
  await shown(page, "while away 5");
  assert.deepEqual((await seen(page)).slice(-6), ["while there", ...[1, 2, 3, 4, 5].map((i) => `while away ${i}`)]);
  await inside.close();
});

test("pages outlive a restart of the server", async () => {
  const first = await start_server("--demo", "on");
  const pages = [await open("basic.html", first), await open("advanced.html", first), await open("inspector.html", first)];
  // Until its first reply it has no cursor to come back with.
  await pages[2].selectOption("#begin", "0");
  await pages[2].click("#ask [type=submit]");
  await first.stop();
  for (const page of pages) await in_state(page, "away");
  const second = await start_server("--demo", "on", "--listen", `127.0.0.1:${first.port}`);
  await publish(first.url, "farm", "after");
  await publish(first.url, "public", { user: "Bob", text: "came after" });
  await shown(pages[0], "after");
  await shown(pages[1], "Bob came after");
  await shown(pages[2], "after");
  await Promise.all(pages.map((page) => page.close()));
  await second.stop();
});

test("a page of another origin that is allowed takes the client from here", async () => {
  const other = await start_server();
  const allowing = await start_server("--cors-allow-origins", other.url);
  const page = await context.newPage();
  await page.goto(`${other.url}/healthz`);
  const use = (base) => page.evaluate(async (url) => {
    try {
      const { publish, subscribe } = await import(`${url}/client.js`);
      const { id } = await publish(url, { category: "a", data: "near" });
      for await (const event of subscribe(url, "a", { sinceTime: 0 })) return [event.data, event.id === id];
    } catch (problem) { return problem.name; }
  }, base);
  assert.deepEqual(await use(allowing.url), ["near", true]);
  assert.equal(await use(server.url), "TypeError");
  await page.close();
  await Promise.all([other.stop(), allowing.stop()]);
});
