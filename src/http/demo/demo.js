// The loop below is shown on the page as it stands: it is all that a subscriber needs.
async function subscribe(category, signal, show) {
  let cursor = "";
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams({ category, since_time: 0, cursor });
      const reply = await fetch(`events?${query}`, { signal, cache: "no-store" });
      if (!reply.ok) throw new Error((await reply.json()).error);
      const { events = [], cursor: next, gap } = await reply.json();
      cursor = next;
      show(events, gap);
    } catch (problem) {
      show([], false, problem);
      if (!signal.aborted) await new Promise((after) => setTimeout(after, 1000));
    }
  }
}

const find = (id) => document.getElementById(id);
const shown_max = 200;

function line(when, text, kind) {
  const item = document.createElement("li");
  const time = document.createElement("time");
  const data = document.createElement("span");
  time.textContent = new Date(when).toLocaleTimeString();
  data.textContent = text;
  if (kind) item.className = kind;
  item.append(time, data);
  find("events").prepend(item);
  while (find("events").children.length > shown_max) find("events").lastChild.remove();
  find("empty").hidden = true;
}

let stop = new AbortController();

function follow(category) {
  stop.abort();
  stop = new AbortController();
  find("events").replaceChildren();
  find("empty").hidden = false;
  const name = JSON.stringify(category).replaceAll("'", "\\u0027");
  find("curl").textContent = `curl -d '{"category":${name},"data":"hello"}' ${new URL("publish", location)}`;
  const { signal } = stop;
  show_state();
  subscribe(category, signal, (events, gap, problem) => {
    if (signal.aborted) return;
    show_state(problem);
    if (problem) return;
    if (gap) line(Date.now(), "events before this are no longer kept", "gap");
    for (const event of events) line(event.timestamp, JSON.stringify(event.data));
    show_status();
  });
}

function show_state(problem) {
  find("state").textContent = problem ? `trying again: ${problem.message}` : "waiting for events";
  find("state").className = problem ? "" : "waiting";
}

async function show_status() {
  const status = await (await fetch("demo/status")).json();
  find("status").replaceChildren(...Object.entries(status).map(([name, value]) => {
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = name.replaceAll("_", " ");
    detail.textContent = typeof value === "number" ? value.toLocaleString("en") : value;
    pair.append(term, detail);
    return pair;
  }));
}

function as_json(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

find("publish").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const body = `{"category":${JSON.stringify(find("category").value)},"data":${as_json(find("data").value)}}`;
  try {
    const answer = await (await fetch("publish", { method: "POST", body })).json();
    find("published").textContent = answer.error ?? `published as ${answer.id}`;
  } catch (problem) {
    find("published").textContent = `not published: ${problem.message}`;
  }
});
find("category").addEventListener("change", () => follow(find("category").value));
find("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("curl").textContent);
  find("copy").textContent = "Copied";
  setTimeout(() => { find("copy").textContent = "Copy"; }, 1500);
});
find("code").textContent = subscribe.toString();
show_status();
follow(find("category").value);
