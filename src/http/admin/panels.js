// What is listed beside the charts: each part of the server's state in a panel of its own.
import { age, bytes, count, duration, find, make, say } from "./page.js";
import { showStack } from "./chart.js";

const store = { memory: "memory", journal: "journal", redis: "Redis" };
const endings = { event: "by an event", timeout: "by their timeout", gone: "their client left", stopped: "the server ended",
  token_expired: "token expired", rights_taken: "rights taken by a reload", shed: "shed" };
const classes = { "2xx": "2xx good", "3xx": "3xx unchanged", "4xx": "4xx refused", "5xx": "5xx failed" };

/**
 * Rows of a list: [name, text, added, look]. Rows are kept and changed, so that a reader's place in them stays.
 * `added` is what came in the last five minutes.
 */
function showList(id, rows) {
  const list = find(id);
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach(([name, text, added = "", look = ""], i) => {
    const row = list.children[i] ?? list.appendChild(make("div", {}, make("dt"), make("dd", {}, make("span"), make("em"))));
    const [value, lately] = row.lastElementChild.children;
    say(row.firstElementChild, name);
    say(value, text);
    say(lately, added);
    row.className = look;
  });
}

const plus = (added) => (added > 0 ? `+${count(added)}` : "");

function showParts(id, totals, names, lately, colours = [0, 1, 2, 3, 4, 5, 6]) {
  const keys = Object.keys(totals);
  showList(id, keys.map((key, i) => [names[key] ?? key, count(totals[key]), plus(lately?.[key]),
    `part part-${colours[i]} ${totals[key] ? "" : "none"}`]));
  showStack(find(id).parentElement.querySelector(".stack"), Object.values(totals), colours);
}

function showLimits(status, lately) {
  const reached = Object.entries(status.limits_reached).sort(([one, a], [other, b]) =>
    (lately[other] - lately[one]) || b - a);
  showList("limits", reached.length ? reached.map(([name, times]) =>
    [name, count(times), plus(lately[name]), lately[name] ? "hot" : ""]) : [["none since the start", ""]]);
}

function showStore(status, values) {
  const { metrics, store: { kind, state, trouble } } = status;
  say(find("store-state"), state);
  find("store-state").className = `badge ${state}`;
  find("trouble").hidden = !trouble;
  say(find("trouble"), trouble ?? "");
  const lost = status.events_dropped;
  const rows = [
    ["kept in", store[kind] ?? kind],
    ["categories with events", count(status.categories_with_events)],
    ["bytes of events", bytes(status.buffer_bytes)],
    ["evicted, expired, purged", [status.events_evicted, status.events_expired, status.events_purged].map(count).join(", ")],
    ["dropped for max_buffer_bytes", count(lost), "", lost ? "hot" : ""],
    ["events that wait for the store", count(metrics.store_waiting_events)],
    ["requests it refused", count(metrics.store_refused_total), "", metrics.store_refused_total ? "hot" : ""],
  ];
  if (metrics.store_commit_duration_seconds?.counts) {
    rows.push([kind === "redis" ? "way to Redis, p50 and p99" : "commit, p50 and p99",
      `${duration(values["commit p50"])}, ${duration(values["commit p99"])}`]);
  }
  if (typeof metrics.store_file_bytes === "number") rows.push(["files", bytes(metrics.store_file_bytes)]);
  if (typeof metrics.redis_connects_total === "number") rows.push(["times Redis was reached", count(metrics.redis_connects_total)]);
  if (typeof metrics.redis_entries_behind === "number") {
    const behind = metrics.redis_entries_behind;
    rows.push(["entries behind Redis", count(behind), "", behind ? "hot" : ""]);
  }
  showList("store", rows);
}

function showThreads(status, values) {
  showList("threads", Object.entries(status.metrics.shard_turn_age_seconds).map(([name, since]) => {
    const stands = since > 1;
    const words = stands ? `has not looked for ${duration(since)}`
      : `p50 ${duration(values[`turn ${name} p50`])}, p99 ${duration(values[`turn ${name} p99`])}`;
    return [name, words, "", stands ? "hot" : ""];
  }));
}

function showAbout(status) {
  say(find("version"), status.version);
  showList("about", [
    ["up for", age(status.uptime_seconds)],
    ["connections", count(status.connections)],
    ["categories", count(status.categories)],
    ["store", `${store[status.store.kind] ?? status.store.kind}, ${status.store.state}`, "",
      status.store.state === "ready" ? "" : "hot"],
  ]);
}

export function showPanels(history) {
  const { status, values, totals } = history.last;
  showAbout(status);
  showParts("connections", status.metrics.connections_by_state, {}, {}, [6, 1, 2, 0, 3, 5, 4]);
  showParts("ended", totals.ended, endings, history.lately("ended"));
  showParts("replies", totals.replies, classes, history.lately("replies"), [0, 1, 2, 7]);
  showLimits(status, history.lately("limits"));
  showStore(status, values);
  showThreads(status, values);
}
