// What the example pages have in common: a list of events and a line that says how it stands.
export const find = (id) => document.getElementById(id);
const shown_max = 200;

export function show_event(timestamp, kind, text) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  const label = document.createElement("b");
  const words = document.createElement("span");
  time.textContent = new Date(timestamp).toLocaleTimeString();
  label.textContent = label.className = kind;
  words.textContent = text;
  line.append(time, label, words);
  find("events").prepend(line);
  find("events").children[shown_max]?.remove();
  find("empty").hidden = true;
}

export function show_state(state, problem) {
  find("state").textContent = problem ? `${state}: ${problem.message}` : "waiting for events";
  find("state").className = problem ? "" : "waiting";
}
