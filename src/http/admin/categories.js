// The categories with most of something: all are looked through, page by page, and sorted here.
import { age, bytes, clock, count, find, make, say } from "./page.js";
import { ask, hurry, pause, read } from "./server.js";

const pageLength = 1000, pagesMax = 20, rowsShown = 15;
const restMin = 5000, restShare = 20;  // looking takes no more than a twentieth of the time
const armedMs = 6000, doubleClickMs = 400, toldMs = 15_000;

let prefix = "", by = "events", isUp = false, place = 0;
let found = [], next, pages = 0;  // of the last search that ended
let limit = pagesMax, turn = 0;  // the number of the search
let armed = null;  // the category whose purge waits for its second click, since when, and until when

const bornOf = (id) => (id ? parseInt(id.replace("-", "").slice(0, 12), 16) : 0);
const orders = {
  category: (one) => one.category, events: (one) => one.events, bytes: (one) => one.bytes, parked: (one) => one.parked,
  newest: (one) => bornOf(one.last),
};

function sorted() {
  const of = orders[by], sign = isUp ? 1 : -1;
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return [...found].sort((a, b) => sign * order(of(a), of(b)) || order(a.category, b.category));
}

async function look() {
  const mine = turn, all = [];
  let after = "", looked = 0;
  do {
    const query = new URLSearchParams({ prefix, after, limit: pageLength });
    const answer = await read(`categories?${query}`);
    if (mine !== turn || armed) return;  // something else is looked for by now, or nothing may move
    all.push(...answer.categories);
    after = answer.next;
  } while (after && ++looked < limit);
  [found, next, pages] = [all, after, looked];
  show();
}

function row(one) {
  const made = make("tr", {}, make("th", { scope: "row" }),
    ...["events", "bytes", "parked", "newest"].map((name) => {
      const cell = make("td");
      cell.dataset.label = name;
      return cell;
    }), make("td", {}, make("button", { type: "button" })));
  made.dataset.category = one.category;
  return made;
}

function fill(made, one) {
  const [name, events, size, parked, newest, last] = made.children;
  const born = bornOf(one.last);
  say(name, one.category);
  say(events, count(one.events));
  say(size, bytes(one.bytes));
  say(parked, count(one.parked));
  say(newest, one.last ? `${age(Math.max(0, Date.now() - born) / 1000)} ago` : "–");
  newest.title = one.last ? `${new Date(born).toISOString()}, ${one.last}` : "";
  parked.className = one.parked ? "" : "none";
  const button = last.firstElementChild, isArmed = armed?.category === one.category;
  button.className = isArmed ? "danger" : "plain";
  button.ariaDisabled = String(one.events === 0 && !isArmed);  // keeps the focus, which a disabled one loses
  say(button, isArmed ? `Purge ${count(one.events)}?` : "Purge");
  button.setAttribute("aria-label", isArmed ? `Really purge all ${one.events} events of ${one.category}` : `Purge ${one.category}`);
}

function show() {
  const all = sorted();
  place = Math.min(place, Math.max(0, Math.floor((all.length - 1) / rowsShown) * rowsShown));
  const rows = find("rows"), focused = document.activeElement?.closest?.("#rows tr")?.dataset.category;
  const before = new Map([...rows.children].map((each) => [each.dataset.category, each]));
  const shown = all.slice(place, place + rowsShown).map((one) => {
    const made = before.get(one.category) ?? row(one);
    fill(made, one);
    return made;
  });
  if (shown.length !== rows.children.length || shown.some((each, i) => rows.children[i] !== each)) {
    rows.replaceChildren(...shown);
    const again = shown.find((each) => each.dataset.category === focused)?.querySelector("button");
    if (focused !== undefined) (again ?? find("prefix")).focus();
  }
  if (!all.length) rows.replaceChildren(make("tr", {}, make("td", { colSpan: 6, className: "quiet",
    textContent: prefix ? "No category begins with this." : "No category has been used yet." })));
  const amount = `${all.length.toLocaleString("en")}${next ? " and more" : ""}`;
  say(find("found"), prefix ? `${amount} begin with this` : amount);
  say(find("place"), all.length > rowsShown ? `${place + 1} to ${Math.min(place + rowsShown, all.length)} of ${amount}` : "");
  find("previous").hidden = find("next").hidden = all.length <= rowsShown;
  find("previous").disabled = place === 0;
  find("next").disabled = place + rowsShown >= all.length;
  find("more").hidden = !next;
  for (const head of document.querySelectorAll("th[data-by]")) {
    if (head.dataset.by === by) head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
}

let told;
function tell(text, look = "") {
  clearTimeout(told);
  if (look === "good") told = setTimeout(() => tell(""), toldMs);
  find("outcome").hidden = !text;
  find("outcome").className = `notice ${look}`;
  say(find("outcome"), text);
}

function disarm() {
  if (!armed) return;
  clearTimeout(armed.timer);
  armed = null;
  tell("");
  show();
}

function arm(category) {
  disarm();
  armed = { category, at: Date.now(), timer: setTimeout(disarm, armedMs) };
  const { events } = found.find((one) => one.category === category);
  tell(`A second click purges all ${events} events of ${category}. Escape, or waiting, leaves them.`, "bad");
  show();
}

async function purge(category) {
  disarm();
  try {
    const { purged } = await ask(`categories?${new URLSearchParams({ category })}`, "DELETE", 30);
    tell(`${category}: ${purged.toLocaleString("en")} events purged at ${clock(Date.now())}.`, "good");
  } catch (problem) {
    tell(`${category} is not purged: ${problem.status ? problem.message : "the server does not answer"}`, "bad");
  }
  search(limit);
}

function search(most = pagesMax) {
  prefix = find("prefix").value;
  limit = most;
  ++turn;
  hurry();
}

function sortBy(name) {
  isUp = by === name ? !isUp : name === "category";
  by = name;
  place = 0;
  show();
}

/** Shows them, again and again while the page is seen; while a purge waits for its second click nothing moves. */
export async function watchCategories() {
  find("rows").addEventListener("click", ({ target }) => {
    const category = target.closest("button:not([aria-disabled=true])")?.closest("tr").dataset.category;
    if (category === undefined) return;
    if (armed?.category !== category) return arm(category);
    if (Date.now() - armed.at > doubleClickMs) purge(category);
  });
  find("rows").addEventListener("keydown", (key) => { if (key.key === "Escape") disarm(); });
  for (const head of document.querySelectorAll("th[data-by] button")) {
    head.addEventListener("click", () => sortBy(head.parentElement.dataset.by));
  }
  find("search").addEventListener("submit", (submit) => submit.preventDefault());
  find("prefix").addEventListener("input", () => {
    place = 0;
    if (!armed) tell("");
    search();
  });
  find("previous").addEventListener("click", () => { place -= rowsShown; show(); });
  find("next").addEventListener("click", () => { place += rowsShown; show(); });
  find("more").addEventListener("click", () => search(pages + pagesMax));
  for (;;) {
    const begun = Date.now(), mine = turn;
    if (!armed) await look().catch(({ status, message }) => { if (status) say(find("found"), `not listed: ${message}`); });
    if (mine === turn) await pause(Math.max(restMin, (Date.now() - begun) * restShare));
  }
}
