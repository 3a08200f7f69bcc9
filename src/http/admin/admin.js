// The page of whoever runs the server: asks for its status again and again, and shows what it says.
import { Tile } from "./chart.js";
import { watchCategories } from "./categories.js";
import { History } from "./figures.js";
import { showPanels } from "./panels.js";
import { age, bytes, clock, count, duration, find, percent, rate, say } from "./page.js";
import { ask, hurry, pause, read } from "./server.js";

const interval = 1000, intervalAway = 2000, intervalRefused = 10_000;
const history = new History();
const latency = { words: duration, labels: ["p50", "p99"], isLog: true };
const tiles = [
  { title: "Parked polls", lines: ["parked"], words: count, least: 5 },
  { title: "Events published", lines: ["published"], words: rate, unit: "/s",
    aside: ({ status }) => `${count(status.events_published)} in all` },
  { title: "Events delivered", lines: ["delivered"], words: rate, unit: "/s",
    aside: ({ counters }) => `${count(counters.delivered)} in all` },
  { title: "Polls woken", lines: ["wakes"], words: rate, unit: "/s",
    aside: ({ counters }) => `${count(counters.wakes)} in all` },
  { title: "Wake latency", lines: ["wake p50", "wake p99"], ...latency },
  { title: "Time of requests", lines: ["request p50", "request p99"], ...latency },
  { title: "Requests", lines: ["requests"], words: rate, unit: "/s",
    aside: ({ counters }) => `${count(counters.requests)} in all` },
  { title: "Processor", lines: ["cpu"], words: percent, least: 0.05,
    aside: ({ values }) => `${bytes(values.memory)} of memory` },
].map((each) => new Tile(each));

let back = null;  // the time that is looked back at, null for now
let asked = null, heard = null, version;

function showTiles() {
  if (!history.last) return;
  const shown = back === null ? history.last : history.nearest(back);
  for (const tile of tiles) tile.show(history, shown, back !== null);
  say(find("begin"), `${age(Math.floor(history.span / 60_000) * 60)} ago`);
  say(find("moment"), back === null ? "" : `at ${clock(shown.time)}`);
}

const words = { connecting: "connecting", live: "live", slow: "no answer yet", away: "does not answer", refused: "refused",
  stopping: "live, and stopping", loading: "live, the store is loading", failing: "live, but the store fails" };

function showState(state, banner = "") {
  if (document.documentElement.dataset.state !== state) document.documentElement.dataset.state = state;
  say(find("words"), words[state]);
  const problem = state === "away" || state === "refused" || state === "failing";
  document.title = problem ? `${words[state]}: longpolld` : history.last ? `${count(history.last.values.parked)} parked, longpolld` : "longpolld";
  find("banner").hidden = !banner;
  say(find("banner"), banner);
}

function showProblem(problem) {
  const since = heard === null ? "" : ` Figures are of ${clock(heard)}.`;
  if (problem.status) return showState("refused", `The server refuses: ${problem.message}.${since} Trying again.`);
  showState("away", `The server does not answer.${since} Trying again; nothing needs to be done here.`);
}

async function watch() {
  for (;;) {
    asked = Date.now();
    try {
      const status = await read("status");
      if (version !== undefined && version !== status.version) location.reload();  // a new server brings a new page
      version = status.version;
      heard = Date.now();
      history.push(status, heard);
      showPanels(history);
      showTiles();
      showState(status.draining ? "stopping" : status.store.state === "ready" ? "live" : status.store.state);
      asked = null;
      await pause(interval);
    } catch (problem) {
      asked = null;
      showProblem(problem);
      await pause(problem.status && problem.status < 500 ? intervalRefused : intervalAway);
    }
  }
}

// How old the figures are, as soon as that matters.
setInterval(() => {
  const waits = asked === null ? 0 : Date.now() - asked;
  if (waits > 3000 && heard !== null && /^live/.test(words[document.documentElement.dataset.state])) showState("slow");
  const old = heard === null ? 0 : Date.now() - heard;
  say(find("since"), old > 3000 ? `for ${Math.round(old / 1000)} s` : "");
}, 500);

function lookAt(time) {
  back = time;
  showTiles();
}

const charts = find("charts");
charts.addEventListener("pointermove", (move) => {
  const picture = move.target.closest("svg");
  if (!picture || !history.last) return lookAt(null);
  const { left, width } = picture.getBoundingClientRect();
  lookAt(history.last.time - (1 - (move.clientX - left) / width) * history.span);
});
charts.addEventListener("pointerleave", () => lookAt(null));
charts.addEventListener("blur", () => lookAt(null));
charts.addEventListener("keydown", (key) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key.key];
  if (key.key === "Escape") return lookAt(null);
  if (!step || !history.last) return;
  key.preventDefault();
  const { samples } = history;
  const next = samples.indexOf(history.nearest(back ?? history.last.time)) + step * (key.shiftKey ? 10 : 1);
  lookAt(next >= samples.length - 1 ? null : samples[Math.max(0, next)].time);
});

const reloaded = find("reloaded");
function showReloaded(text, look) {
  reloaded.className = `notice ${look}`;
  say(reloaded.firstElementChild, text);
  reloaded.hidden = false;
}
find("reload").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  try {
    const { needs_restart: rest } = await ask("reload", "POST", 15);
    showReloaded(`Reloaded at ${clock(Date.now())}: every thread follows the configuration as it is now${rest.length === 0 ? "."
      : `, but for what has changed and takes a restart: ${rest.join(", ")}.`}`, "good");
  } catch (problem) {
    showReloaded(problem.status === 422 ? `Not reloaded, all stays as it was. The configuration does not hold:\n${problem.message}`
      : `Not reloaded: ${problem.status ? problem.message : "the server does not answer"}`, "bad");
  }
  target.disabled = false;
  target.focus();
  hurry();
});
reloaded.lastElementChild.addEventListener("click", () => { reloaded.hidden = true; find("reload").focus(); });

say(find("host"), location.host);
watch();
watchCategories();
