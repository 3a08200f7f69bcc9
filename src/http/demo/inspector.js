// Asks with fetch alone, so that everything the server says can be shown as it came.
const server = new URL("..", location);
const find = (id) => document.getElementById(id);
const shown_max = 500;

let stop = new AbortController();
let cursor = "";
let received = 0;

function row(...cells) {
  const line = document.createElement("tr");
  for (const text of cells) line.insertCell().textContent = text;
  find("events").prepend(line);
  find("events").children[shown_max]?.remove();
  return line;
}

function note(text) {
  const line = row(new Date().toISOString(), "", "", text, "");
  line.className = "gap";
}

function say(text, is_waiting = false) {
  find("state").textContent = text;
  find("state").className = is_waiting ? "waiting" : "";
}

function show_reply(reply, text, took) {
  const fields = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  find("reply").textContent = `HTTP ${reply.status}\n${fields}\n\n${text}`;
  find("took").textContent = `after ${Math.round(took).toLocaleString("en")} ms`;
}

function show_body({ events = [], gap, warning, error, timeout, timestamp, cursor: next }) {
  if (gap) note(`gap: something after the cursor is no longer kept, in ${gap.join(", ")}`);
  if (warning) note(`warning: ${warning}`);
  if (error) note(`error: ${error}`);
  if (timeout) say(`${timeout}; nothing unseen up to ${timestamp}`, true);
  for (const { timestamp: at, category, data, id } of events) {
    row(new Date(at).toISOString(), `${Date.now() - at} ms`, category, JSON.stringify(data), id);
  }
  received += events.length;
  find("count").textContent = received.toLocaleString("en");
  if (next) find("cursor").value = cursor = next;
}

async function poll(signal) {
  const names = find("categories").value.split(",").map((name) => name.trim()).filter(Boolean);
  const query = new URLSearchParams([...names.map((name) => ["category", name]), ["timeout", find("timeout").value]]);
  if (cursor) query.set("cursor", cursor);
  if (find("begin").value) query.set("since_time", find("begin").value);
  const url = new URL(`events?${query}`, server);
  find("request").textContent = `GET ${url.pathname}${url.search}\n\ncurl '${url.href.replaceAll("'", "%27")}'`;
  if (!find("state").textContent.startsWith("no events")) say("waiting for a reply", true);
  const began = performance.now();
  const reply = await fetch(url, { signal, cache: "no-store" });
  const text = await reply.text();
  show_reply(reply, text, performance.now() - began);
  show_body(JSON.parse(text));
  return reply.status;
}

async function follow() {
  stop.abort();
  const { signal } = (stop = new AbortController());
  find("pause").textContent = "Pause";
  find("pause").setAttribute("aria-pressed", "false");
  while (!signal.aborted) {
    try {
      const status = await poll(signal);
      if (status === 200) continue;
      return say(`stopped: status ${status}`);
    } catch (problem) {
      if (signal.aborted) return;
      say(`trying again: ${problem.message}`);
      await new Promise((after) => setTimeout(after, 1000));
    }
  }
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
  say("paused; the cursor keeps the place");
});
find("clear").addEventListener("click", () => {
  find("events").replaceChildren();
  find("count").textContent = received = 0;
});
follow();
