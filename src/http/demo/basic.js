import { publish, subscribe } from "../client.js";
import { find, make, patience, reason, server, showGap, showLine, showState } from "./page.js";

const sayings = {
  farm: ["Pig went oink", "Cow went moo", "A hen laid an egg", "The fox was seen"],
  weather: ["Rain is coming", "The sun is out", "Wind from the west", "First snow"],
  harbour: ["A ship came in", "The tide turned", "Nets are being mended", "A gull stole a herring"],
};

let state = ["connecting"];
const events = subscribe(server, Object.keys(sayings), {
  timeout: patience,
  pauseHidden: true,
  onEvent: ({ category, data, timestamp }) => showLine(timestamp, data, category),
  onGap: showGap,
  onState(...told) { state = told; show(); },
});
const show = () => (events.categories.length ? showState(...state) : showState("nothing"));

for (const category of Object.keys(sayings)) {
  const box = make("input", { type: "checkbox", checked: true, name: category });
  box.addEventListener("change", () => {
    if (box.checked) events.add(category); else events.remove(category);
    show();
  });
  find("categories").append(make("label", {}, box, ` ${category}`));
}

const oneOf = (all) => all[Math.floor(Math.random() * all.length)];
let generator;
find("generate").addEventListener("click", () => {
  clearInterval(generator);
  const starts = find("generate").textContent === "Start";
  find("generate").textContent = starts ? "Stop" : "Start";
  find("generate").setAttribute("aria-pressed", String(starts));
  if (!starts) return;
  generator = setInterval(async () => {
    const category = oneOf(Object.keys(sayings));
    try {
      await publish(server, { category, data: oneOf(sayings[category]) });
      find("published").textContent = "";
    } catch (problem) {
      find("published").textContent = `not published: ${reason(problem)}`;
    }
  }, 500);
});
