// What golongpoll's own clients send and expect, written from their documented behaviour: since_time and last_id,
// no cursor; any status but 200 is a failure; an empty answer is followed by the next poll at once.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { notice, publish, start_server, test } from "./support.mjs";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

class follower {
  seen = [];
  failures = 0;
  polls = 0;
  running = true;
  progress = notice();

  constructor(server, category, since) {
    Object.assign(this, { server, category, since, last_id: "" });
    this.done = this.run();
  }

  async run() {
    while (this.running) {
      const query = this.query();
      ++this.polls;
      let reply;
      try {
        const answer = await fetch(`${this.server.url}/events?${query}`);
        if (answer.status !== 200) throw new Error(`status ${answer.status}`);
        reply = JSON.parse(await answer.text());
        if (reply.error) throw new Error(reply.error);
      } catch {
        ++this.failures;
        await new Promise((turn) => setTimeout(turn, 50));
        continue;
      }
      for (const event of reply.events ?? []) {
        assert.match(event.id, uuid);
        assert.ok(Number.isInteger(event.timestamp) && event.category === this.category);
        [this.since, this.last_id] = [event.timestamp, event.id];
        this.seen.push(event.data);
      }
      if (!reply.events?.length) this.nothing_came(reply);
      this.progress.heard();
    }
  }

  until(is_so) { return this.progress.until(is_so); }
}

/** Sends last_id always, empty at first, and does not move on a timeout. */
class browser_client extends follower {
  query() {
    return Object.entries({ category: this.category, timeout: 1, since_time: this.since, last_id: this.last_id })
      .map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  }

  nothing_came(reply) { assert.ok(reply.timeout, "an answer is events, a timeout or an error"); }
}

/** Begins at a whole second, sends last_id once it has one, and moves since_time to a timeout's timestamp. */
class go_client extends follower {
  constructor(server, category, since) { super(server, category, Math.floor(since / 1000) * 1000); }

  query() {
    const query = new URLSearchParams({ category: this.category, since_time: this.since, timeout: 1 });
    if (this.last_id) query.set("last_id", this.last_id);
    query.sort();
    return query;
  }

  nothing_came({ timestamp }) {
    assert.ok(timestamp > 0);
    this.since = Math.max(this.since, timestamp);
  }
}

let server;
before(async () => { server = await start_server(); });
after(() => server.stop());
const numbers = (count) => Array.from({ length: count }, (_, i) => i);

for (const [name, kind] of [["JavaScript", browser_client], ["Go", go_client]]) {
  test(`golongpoll's ${name} client gets every event once and in order, with several in a millisecond`, async () => {
    const one = new kind(server, name, Date.now());
    await one.until(() => one.polls > 1);  // it has seen a timeout
    for (const i of numbers(20)) {
      await Promise.all(numbers(10).map((j) => publish(server.url, `other ${j}`, i)));
      const batch = numbers(10).map((j) => ({ category: name, data: i * 10 + j }));
      await fetch(`${server.url}/publish`, { method: "POST", body: JSON.stringify(batch) });
    }
    await one.until(() => one.seen.length >= 200);
    one.running = false;
    await one.done;
    assert.deepEqual([one.seen, one.failures], [numbers(200), 0]);
  });

  test(`golongpoll's ${name} client outlives a restart, loses nothing after it and does not loop hot`, async () => {
    const first = await start_server();
    const one = new kind(first, "a", Date.now());
    for (const i of numbers(5)) await publish(first.url, "a", i);
    await one.until(() => one.seen.length === 5);
    await first.stop();
    const second = await start_server("--listen", `127.0.0.1:${first.port}`);
    const before = one.polls;
    await one.until(() => one.polls >= before + 3);
    const began = Date.now();
    const polls = one.polls;
    await one.until(() => one.polls >= polls + 3);
    assert.ok(Date.now() - began >= 2000, "with nothing to say each poll waits its timeout");
    for (const i of numbers(5)) await publish(first.url, "a", 5 + i);
    await one.until(() => one.seen.length >= 10);
    one.running = false;
    await one.done;
    assert.deepEqual(one.seen, numbers(10));
    await second.stop();
  });
}
