import assert from "node:assert/strict";
import { after, before } from "node:test";
import { publish, start_browser, start_server, test, until } from "./support.mjs";

let server, browser, context;

before(async () => {
  server = await start_server("--demo", "on");
  browser = await start_browser();
  context = await browser.newContext();
});

after(async () => {
  await browser.close();
  await server.stop();
});

/** A page that subscribes and remembers; `polls` is how many of its polls of full length wait at the server. */
async function open_tab(categories, options = {}) {
  const page = await context.newPage();
  page.polls = 0;
  const is_poll = (request) => /\/events\?.*timeout=30/.test(request.url());
  page.on("request", (request) => { page.polls += is_poll(request); });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => { page.polls -= is_poll(request); });
  await page.goto(`${server.url}/healthz`);
  await page.evaluate(async ({ names, given }) => {
    const { subscribe } = await import("/client.js");
    window.seen = [];
    window.gaps = [];
    const found = new Promise((placed) => {
      window.events = subscribe("/", names, { ...given,
        onEvent: ({ data }) => { window.seen.push(data); window.heard?.(); },
        onGap: (gone) => window.gaps.push(gone),
        onState: placed });
    });
    if (!given.cursor) await found;
  }, { names: categories, given: options });
  return page;
}
const seen = (page, count) => page.evaluate(async (least) => {
  await new Promise((enough) => { window.heard = () => window.seen.length >= least && enough(); window.heard(); });
  return window.seen;
}, count);

/** Until exactly one of the pages has a poll waiting, and which. */
function leader(pages) {
  const one = () => {
    const polling = pages.filter((page) => page.polls > 0);
    return polling.length === 1 && polling[0].polls === 1 && polling[0];
  };
  return until(one, "exactly one page polls");
}
const numbers = (count) => Array.from({ length: count }, (_, i) => i);

test("tabs that share have one poll together, and each gets every event once and in order", async () => {
  const pages = [];
  for (let i = 0; i < 8; ++i) pages.push(await open_tab(["shared"], { share: true }));
  await leader(pages);
  for (const i of numbers(50)) await publish(server.url, "shared", i);
  for (const page of pages) assert.deepEqual(await seen(page, 50), numbers(50));
  await leader(pages);
  await Promise.all(pages.map((page) => page.close()));
});

test("when the tab that polls closes, mid-poll and amid events, another goes on without loss", async () => {
  let pages = [];
  for (let i = 0; i < 4; ++i) pages.push(await open_tab(["handed", "over"], { share: "a name" }));
  let sent = 0;
  for (const left of [3, 2, 1]) {
    const leading = await leader(pages);
    const sending = (async () => {
      for (const end = sent + 60; sent < end; ++sent) await publish(server.url, sent % 2 ? "handed" : "over", sent);
    })();
    await seen(leading, sent + 20);
    await leading.close();
    await sending;
    pages = pages.filter((page) => page !== leading);
    assert.equal(pages.length, left);
    for (const page of pages) {
      const all = await seen(page, sent);
      for (const odd of [0, 1]) {
        assert.deepEqual(all.filter((i) => i % 2 === odd), numbers(sent).filter((i) => i % 2 === odd));
      }
      assert.deepEqual(await page.evaluate(() => window.gaps), []);
    }
  }
  await pages[0].close();
});

test("a tab that comes with an old cursor, or asks for what is kept, catches up by itself", async () => {
  const ids = [];
  for (const i of numbers(10)) ids.push((await publish(server.url, "old", i)).id);
  const now = await open_tab(["old"], { share: true });
  const all = await open_tab(["old"], { share: true, sinceTime: 0 });
  const some = await open_tab(["old"], { share: true, cursor: ids[5] });
  assert.deepEqual(await seen(some, 4), [6, 7, 8, 9]);
  await publish(server.url, "old", 10);
  assert.deepEqual(await seen(now, 1), [10]);
  assert.deepEqual(await seen(all, 11), numbers(11));
  assert.deepEqual(await seen(some, 5), [6, 7, 8, 9, 10]);
  await leader([now, all, some]);
  await Promise.all([now, all, some].map((page) => page.close()));
});

test("a tab that changes its categories leaves the others alone and joins those that have the same", async () => {
  const [one, two] = [await open_tab(["x"], { share: true }), await open_tab(["x"], { share: true })];
  const leading = await leader([one, two]);
  await leading.evaluate(() => window.events.add("y"));
  const cursor_is_whole = (page) => page.evaluate(async () => {
    while (!window.events.cursor.split(",").every(Boolean)) await new Promise((turn) => setTimeout(turn, 10));
  });
  await cursor_is_whole(leading);
  await publish(server.url, "x", "both");
  await publish(server.url, "y", "one");
  assert.deepEqual(await seen(leading, 2), ["both", "one"]);
  const other = leading === one ? two : one;
  assert.deepEqual(await seen(other, 1), ["both"]);
  await other.evaluate(() => window.events.add("y"));
  await cursor_is_whole(other);
  await leader([one, two]);
  await publish(server.url, "y", "again");
  assert.deepEqual(await seen(other, 2), ["both", "again"]);
  await Promise.all([one.close(), two.close()]);
});

test("while the tab that polls is hidden another one does, and it catches up when it is seen again", async () => {
  const options = { share: true, pauseHidden: true };
  const show = (page, hidden) => page.evaluate((is_so) => {
    Object.defineProperty(document, "hidden", { value: is_so, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  const pages = [await open_tab(["seen"], options), await open_tab(["seen"], options)];
  const leading = await leader(pages), other = pages.find((page) => page !== leading);
  await show(leading, true);
  await publish(server.url, "seen", 1);
  assert.deepEqual(await seen(other, 1), [1]);
  assert.deepEqual(await leading.evaluate(() => window.seen), []);
  await show(leading, false);
  assert.deepEqual(await seen(leading, 1), [1]);
  await leader(pages);
  await publish(server.url, "seen", 2);
  for (const page of pages) assert.deepEqual(await seen(page, 2), [1, 2]);
  await Promise.all(pages.map((page) => page.close()));
});

test("categories whose names joined are another's name share nothing with that", async () => {
  const [one, two] = [await open_tab(["p,q"], { share: true }), await open_tab(["p", "q"], { share: true })];
  await until(() => one.polls === 1 && two.polls === 1, "each polls for itself");
  await publish(server.url, "p,q", "one");
  await publish(server.url, "p", "two");
  assert.deepEqual(await seen(one, 1), ["one"]);
  assert.deepEqual(await seen(two, 1), ["two"]);
  await Promise.all([one.close(), two.close()]);
});

test("more tabs than a browser has connections all get events when they share", async () => {
  const pages = [];
  for (let i = 0; i < 10; ++i) pages.push(await open_tab(["many"], { share: true }));
  await publish(server.url, "many", "hello");
  for (const page of pages) assert.deepEqual(await seen(page, 1), ["hello"]);
  await Promise.all(pages.map((page) => page.close()));
});
