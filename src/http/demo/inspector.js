// Asks with fetch alone, so that everything the server says can be shown as it came.
import { copyButton, fetchStatus, find, gapText, isCrowded, make, met, onPublish, publishText, seen, server,
  showState } from "./page.js";

const rowsMax = 500;
const pollsMax = 20;

let stop = new AbortController();
let cursor = "";
let received = 0;

function addRow(look, ...cells) {
  const row = make("tr", { className: look });
  for (const text of cells) row.insertCell().textContent = text;
  find("events").prepend(row);
  find("events").children[rowsMax]?.remove();
}

const note = (text) => addRow("gap", new Date().toISOString(), "", "", text, "");

/** One poll in the list: what was asked, and below it what came. */
function addPoll(url) {
  const request = make("pre", { textContent: `GET ${url.pathname}${url.search}` });
  const reply = make("pre", { className: "reply" });
  const outcome = make("span", { className: "outcome", textContent: "waiting" });
  const curl = `curl '${url.href.replaceAll("'", "%27")}'`;
  const summary = make("summary", {}, make("time", { textContent: new Date().toLocaleTimeString() }), outcome);
  const part = (name, pre, text) => make("div", { className: "part" },
    make("div", { className: "bar" }, make("h3", { textContent: name }), copyButton(text)), pre);
  const poll = make("details", { open: !find("polls").children.length }, summary,
    make("div", { className: "parts" },
      part("Request, copied as curl", request, () => curl), part("Reply", reply, () => reply.textContent)));
  find("polls").prepend(make("li", {}, poll));
  find("polls").children[pollsMax]?.remove();
  const began = performance.now();
  return (words, text = "none") => {
    const took = Math.round(performance.now() - began).toLocaleString("en");
    outcome.textContent = `${words}, after ${took} ms`;
    reply.textContent = text;
  };
}

function showBody({ events = [], gap, warning, error, cursor: next }) {
  if (gap) note(gapText(gap));
  if (warning) note(`warning: ${warning}`);
  if (error) note(`error: ${error}`);
  for (const { timestamp: at, category, data, id } of events) {
    addRow("", new Date(at).toISOString(), `${Date.now() - at} ms`, category, JSON.stringify(data), id);
  }
  received += events.length;
  find("count").textContent = received.toLocaleString("en");
  if (next) find("cursor").value = cursor = next;
}

function question() {
  const names = find("categories").value.split(",").map((name) => name.trim()).filter(Boolean);
  const isShort = isCrowded();
  find("crowd").hidden = !isShort;
  const query = new URLSearchParams(names.map((name) => ["category", name]));
  query.set("timeout", isShort ? 1 : find("timeout").value);
  if (cursor) query.set("cursor", cursor);
  if (find("begin").value) query.set("since_time", find("begin").value);
  return new URL(`events?${query}`, server);
}

const pause = () => new Promise((after) => setTimeout(after, 1000));

/** One poll; returns whether another one makes sense. */
async function poll(signal) {
  const url = question();
  const tell = addPoll(url);
  try {
    const reply = await fetch(url, { signal, cache: "no-store" });
    const text = await reply.text();
    const fields = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const body = JSON.parse(text);
    const what = body.error ? "error" : body.timeout ? "no events" : `events: ${body.events.length}`;
    tell(`${reply.status}, ${what}`, `HTTP ${reply.status}\n${fields}\n\n${text}`);
    showBody(body);
    const isOver = !reply.ok && reply.status < 500 && reply.status !== 429;
    showState(reply.ok ? "connected" : isOver ? "ended" : "retrying", reply.ok ? undefined : body);
    if (!reply.ok) await pause();
    return !isOver;
  } catch (problem) {
    tell(signal.aborted ? "given up" : "no answer");
    if (!signal.aborted) showState("retrying", problem);
    await pause();
    return true;
  }
}

async function follow() {
  stop.abort();
  const { signal } = (stop = new AbortController());
  find("pause").textContent = "Pause";
  find("pause").setAttribute("aria-pressed", "false");
  if (!find("categories").value.trim()) return showState("nothing");
  showState("connecting");
  fetchStatus().then(() => {
    if (!signal.aborted && find("state").textContent === "connecting") showState("connected");
  }, () => {});
  await met;
  do await seen(); while (!signal.aborted && await poll(signal));
}

find("ask").addEventListener("submit", (submit) => {
  submit.preventDefault();
  cursor = find("cursor").value.trim();
  follow();
});
// Another question than the one the cursor answers.
find("categories").addEventListener("input", () => { find("cursor").value = cursor = ""; });
find("pause").addEventListener("click", () => {
  if (find("pause").textContent === "Go on") return follow();
  stop.abort();
  find("pause").textContent = "Go on";
  find("pause").setAttribute("aria-pressed", "true");
  showState("paused");
});
find("clear").addEventListener("click", () => {
  find("events").replaceChildren();
  find("polls").replaceChildren();
  find("count").textContent = received = 0;
});
onPublish(find("publish"), () => publishText(find("category").value, find("data").value));
follow();
