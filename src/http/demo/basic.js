import { publish, subscribe } from "../client.js";
import { find, show_event, show_state } from "./page.js";

const server = new URL("..", location);
const sayings = {
  farm: ["Pig went oink", "Cow went moo", "A hen laid an egg", "The fox was seen"],
  weather: ["Rain is coming", "The sun is out", "Wind from the west", "First snow"],
  harbour: ["A ship came in", "The tide turned", "Nets are being mended", "A gull stole a herring"],
};

const events = subscribe(server, Object.keys(sayings), {
  onEvent: ({ category, data, timestamp }) => show_event(timestamp, category, data),
  onState: show_state,
});

for (const category of Object.keys(sayings)) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", checked: true, name: category });
  box.addEventListener("change", () => (box.checked ? events.add(category) : events.remove(category)));
  label.append(box, ` ${category}`);
  find("categories").append(label);
}

const one_of = (all) => all[Math.floor(Math.random() * all.length)];
let generator;
find("generate").addEventListener("click", () => {
  clearInterval(generator);
  const starts = find("generate").textContent === "Start";
  find("generate").textContent = starts ? "Stop" : "Start";
  find("generate").setAttribute("aria-pressed", String(starts));
  if (!starts) return;
  generator = setInterval(() => {
    const category = one_of(Object.keys(sayings));
    publish(server, { category, data: one_of(sayings[category]) }).catch((problem) => {
      find("state").textContent = `not published: ${problem.message}`;
    });
  }, 500);
});
