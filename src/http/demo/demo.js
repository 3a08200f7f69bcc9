import { copyButton, fetchStatus, find, gapText, make, onPublish, publishes, publishText, server, showLine, showState,
  turn } from "./page.js";

// The loop below is shown on the page as it stands: it is all that a subscriber needs. `seconds` is how long a poll may
// wait, which this page, one of many, asks page.js.
async function subscribe(category, signal, show, seconds = () => 30) {
  let cursor = "";
  while (!signal.aborted) {
    try {
      const timeout = await seconds();
      const query = new URLSearchParams({ category, since_time: 0, cursor, timeout });
      const reply = await fetch(`events?${query}`, { signal, cache: "no-store" });
      if (!reply.ok) throw await reply.json();
      const { events = [], cursor: next, gap } = await reply.json();
      cursor = next;
      show(events, gap);
    } catch (problem) {
      show([], undefined, problem);
      if (!signal.aborted) await new Promise((after) => setTimeout(after, 1000));
    }
  }
}

let stop = new AbortController();

async function follow(category) {
  stop.abort();
  const { signal } = (stop = new AbortController());
  find("events").replaceChildren();
  find("empty").hidden = false;
  showState(category ? "connecting" : "nothing");
  const name = JSON.stringify(category).replaceAll("'", "\\u0027");
  const to = (await publishes) ? new URL("publish", server) : "http://ADDRESS-OF-publish_listen/publish";
  find("curl").textContent = `curl -d '{"category":${name},"data":"hello"}' ${to}`;
  if (!category) return;
  subscribe(category, signal, (events, gap, problem) => {
    if (signal.aborted) return;
    if (problem) return showState("retrying", problem);
    showState("connected");
    if (gap) showLine(Date.now(), gapText(gap), "", "gap");
    for (const event of events) showLine(event.timestamp, JSON.stringify(event.data));
    if (events.length) showStatus();
  }, turn);
}

// The few that say something at first sight; demo/status and the server's log have the others.
const counts = { version: "version", connections: "connections", parked_polls: "parked polls", categories: "categories",
  events_published: "events published", buffer_bytes: "bytes kept" };

async function showStatus() {
  const status = await fetchStatus().catch(() => undefined);
  find("status").replaceChildren(...Object.entries(status ? counts : {}).map(([name, label]) => make("div", {},
    make("dt", { textContent: label }), make("dd", { textContent: status[name].toLocaleString("en") }))));
}

onPublish(find("publish"), () => publishText(find("category").value, find("data").value));
find("category").addEventListener("change", () => follow(find("category").value));
find("code").textContent = subscribe.toString();
copyButton(() => find("curl").textContent, find("copy"));
copyButton(() => find("code").textContent, find("copy-code"));
showStatus();
follow(find("category").value);
