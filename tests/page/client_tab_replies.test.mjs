// What a tab makes of a reply that another tab got, which may have begun elsewhere than it stands.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "./support.mjs";

const source = readFileSync(new URL("../../src/web/client-tabs.js", import.meta.url));
const { join } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

/** A tab that stands at `at` and does not lead; `hear` is what comes from the one that does. */
function follower(at, poll = () => assert.fail("it polls for itself")) {
  let channel;
  globalThis.BroadcastChannel = class {
    constructor() { channel = this; }
    postMessage() {}
    close() {}
  };
  Object.defineProperty(globalThis, "navigator",
    { value: { locks: { request: () => new Promise(() => {}) } }, configurable: true });
  const tab = join("key", new Map([["c", at]]), poll);
  return { ...tab, hear: (from, to, more = {}) => channel.onmessage({ data: { names: ["c"], from: [from], to: [to], ...more } }) };
}
const event = (id) => ({ category: "c", id, data: id });

test("a tab that stands within what a reply tells a gap of is told of it, and who is beyond is not", async () => {
  for (const [at, told] of [["b1", ["c"]], ["b3", ["c"]], ["b9", []]]) {
    const tab = follower(at);
    tab.hear("b1", "b9", { gap: ["c"], events: [event("b8"), event("b9")] });
    const { gap, events } = await tab.next();
    assert.deepEqual(gap, told, at);
    assert.equal(events.length, told.length ? 2 : 0);
  }
});

test("a cursor's suffix makes no other place of it", async () => {
  for (const [at, from] of [["b3~a1", "b3"], ["b3", "b3~a1"], ["b3~0", "b3~a1"]]) {
    const tab = follower(at);
    tab.hear(from, "b9", { gap: ["c"], events: [event("b8"), event("b9")] });
    const { gap, events, to } = await tab.next();
    assert.deepEqual(gap, ["c"]);
    assert.equal(events.length, 2);
    assert.deepEqual(to, ["b9"]);
  }
});

test("a tab that has no time keeps a few replies, and asks the server for what came before them", async () => {
  let polls = 0;
  const tab = follower("b00", () => { ++polls; return { names: ["c"] }; });
  for (let i = 0; i < 50; ++i) tab.hear(`b${String(i).padStart(2, "0")}`, `b${String(i + 1).padStart(2, "0")}`);
  await tab.next();
  assert.equal(polls, 1);
});
