// What all pages have in common: lines, the state, the turn of a page among others, publishing, copying.
export const server = new URL("..", import.meta.url);
export const find = (id) => document.getElementById(id);
const linesMax = 200;

export function make(name, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

/** A line on top of the list of events. */
export function showLine(timestamp, text, label = "", look = "") {
  const time = make("time", { textContent: new Date(timestamp).toLocaleTimeString() });
  const line = make("li", { className: look }, time);
  if (label) line.append(make("b", { className: label, textContent: label }));
  line.append(make("span", { textContent: text }));
  find("events").prepend(line);
  find("events").children[linesMax]?.remove();
  find("empty").hidden = true;
}

export const gapText = (categories) => `gap: something before this is no longer kept, in ${categories.join(", ")}`;
export const showGap = (categories) => showLine(Date.now(), gapText(categories), "", "gap");

const words = {
  connecting: "connecting",
  connected: "connected",
  nothing: "nothing chosen",
  retrying: "retrying",
  away: "server away, trying again",
  paused: "paused, keeps its place",
  ended: "stopped",
};
let stateNow = "connecting";

/** The state in words and colour. `problem`: an Error, or what the server said. */
export function showState(state, problem) {
  stateNow = state === "retrying" && problem instanceof Error && !problem.status ? "away" : state;
  const why = stateNow === "away" ? undefined : problem?.error ?? problem?.message;
  document.documentElement.dataset.state = stateNow;
  find("state").textContent = why ? `${words[stateNow]}: ${why}` : words[stateNow];
}

// All pages of a browser together have six connections to a server over HTTP/1.1, and a poll takes one for as long as
// it waits. So pages tell each other that they are there, and when there are many each waits shortly: all get a turn.
const longPollsMax = 4;
const long = 30, short = 1;
const staleAfter = 2 * long * 1000;
const me = `${Math.random()}`;
const others = new Map();
const channel = new BroadcastChannel(`longpolld pages ${server.pathname}`);
const announce = () => channel.postMessage({ id: me, isHere: !document.hidden });
channel.addEventListener("message", ({ data: { id, isHere } }) => {
  const isNew = isHere && !others.has(id);
  if (isHere) others.set(id, Date.now()); else others.delete(id);
  if (isNew) announce();
});
document.addEventListener("visibilitychange", announce);
addEventListener("pagehide", () => channel.postMessage({ id: me, isHere: false }));
announce();
/** By then the other pages have answered. */
export const met = new Promise((after) => setTimeout(after, 100));

export function isCrowded() {
  announce();
  for (const [id, heard] of others) if (Date.now() - heard > staleAfter) others.delete(id);
  return others.size >= longPollsMax;
}

/** Seconds that a poll of this page may wait. */
export const patience = () => (isCrowded() ? short : long);

/** Waits while nobody sees the page. */
export async function seen() {
  while (document.hidden) {
    await new Promise((shown) => document.addEventListener("visibilitychange", shown, { once: true }));
  }
}

/** Waits while nobody sees the page, then tells how long a poll may wait: shortly until it is known to work. */
export async function turn() {
  await seen();
  return stateNow === "connected" ? patience() : short;
}

const elsewhere = "This address serves subscribers only: the server's option publish_listen keeps publishing to "
  + "an address of its own. What is published there shows here.";

/** Why something was not published. */
export const reason = ({ status, message }) => (status === 404 ? elsewhere : status ? message : "the server is away");

/** Publishes JSON as it is written, and any other text as text. */
export async function publishText(category, text) {
  let data = text;
  try { JSON.parse(text); } catch { data = JSON.stringify(text); }
  const body = `{"category":${JSON.stringify(category)},"data":${data}}`;
  const reply = await fetch(new URL("publish", server), { method: "POST", body });
  const answer = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(answer.error), { status: reply.status });
  return `published as ${answer.id}`;
}

/** The form publishes on its button and on Ctrl+Enter; `action` does it and gives the words for it. */
export function onPublish(form, action) {
  const output = form.querySelector("output");
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    output.textContent = await action().catch((problem) => `not published: ${reason(problem)}`);
  });
  form.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" || !(key.ctrlKey || key.metaKey)) return;
    key.preventDefault();
    form.requestSubmit();
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // On plain http there is no clipboard but for what is selected.
    const area = make("textarea", { className: "hidden", value: text, readOnly: true });
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}

export function copyButton(text, button = make("button", { type: "button" })) {
  const label = button.textContent ||= "Copy";
  button.className = "plain";
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text())) ? "Copied" : "Not copied";
    button.focus();
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

export const fetchStatus = async () => (await fetch(new URL("demo/status", server))).json();

/** Whether one may publish here; where not, what publishes is switched off and says why. */
export const publishes = fetchStatus().then((status) => status.publishes, () => true);
publishes.then((isSo) => {
  if (isSo) return;
  for (const part of document.querySelectorAll("[data-publishes]")) {
    for (const control of part.querySelectorAll("button, input, select, textarea")) control.disabled = true;
    part.append(make("p", { className: "notice", textContent: elsewhere }));
  }
});
