// Small tools of all parts of the page: elements and numbers in words.
export const find = (id) => document.getElementById(id);

export function make(name, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

export function draw(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Only what differs is written: whoever selects or reads aloud is not disturbed. */
export function say(element, text) { if (element.textContent !== text) element.textContent = text; }

const nothing = "–";
const known = (words) => (value) => (value === null || value === undefined || Number.isNaN(value) ? nothing : words(value));
const digits = (value, most) => value.toLocaleString("en", { maximumFractionDigits: most });

export const count = known((value) => (value < 1e6 ? digits(value, 0)
  : value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 })));
export const rate = known((value) => (value < 10 ? digits(value, 1) : count(value)));
export const percent = known((value) => `${digits(value * 100, value < 0.1 ? 1 : 0)} %`);

export const bytes = known((value) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; ++unit) value /= 1024;
  return `${digits(value, value < 10 && unit ? 1 : 0)} ${units[unit]}`;
});

/** A time that something takes: 80 µs, 1.2 ms, 3.4 s. */
export const duration = known((seconds) => {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${digits(value, value < 10 ? 1 : 0)} ${unit}`;
});

/** A time that has passed, in its two greatest units: 3 d 4 h. */
export const age = known((seconds) => {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([length]) => seconds >= length);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).map(([length, unit], i) =>
    [Math.floor((i ? seconds % parts[first][0] : seconds) / length), unit])
    .filter(([value], i) => !i || value).map((part) => part.join(" ")).join(" ");
});

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");
