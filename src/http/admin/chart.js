// Small pictures: lines over the last minutes, and a bar of parts.
import { draw, find, make, say } from "./page.js";

const width = 300, height = 64, edge = 3;
const broken = 6000;  // so many milliseconds without a sample are a gap in the line

/** A number whose first digit is 1, 2 or 5, not below this one: a scale that seldom changes. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value * 0.999) * power;
}

/** Where values are drawn, the top at 0. Times of several magnitudes get a scale of magnitudes. */
function scale(values, { isLog, least }) {
  const inside = height - 2 * edge;
  if (!isLog) {
    const top = round(Math.max(least, ...values));
    return (value) => edge + inside * (1 - value / top);
  }
  const low = Math.floor(Math.log10(Math.min(...values, 1e-3))), high = Math.ceil(Math.log10(Math.max(...values, 1e-3)) + 1e-9);
  return (value) => edge + inside * (1 - (Math.log10(Math.max(value, 1e-6)) - low) / Math.max(1, high - low));
}

/** Runs of points without a gap. */
function runs(samples, key) {
  const all = [];
  let before;
  for (const each of samples) {
    const value = each.values[key];
    if (value === null || value === undefined) { before = undefined; continue; }
    if (!before || each.restarted || each.time - before.time > broken) all.push([]);
    all.at(-1).push([each.time, value]);
    before = each;
  }
  return all;
}

/**
 * A figure with its course. `lines`: the keys of its values, the first one drawn as an area unless `isLog`; `words`
 * says a value, `unit` stands behind it; `labels` tell several lines apart.
 */
export class Tile {
  constructor({ title, lines, words, unit = "", labels = [], isLog = false, least = 1, aside }) {
    Object.assign(this, { title, lines, words, unit, labels, isLog, least, aside });
    this.numbers = lines.map(() => make("span"));
    this.peak = make("span", { className: "peak" });
    this.note = make("span", { className: "peak" });
    this.picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img" });
    const numbers = this.numbers.map((number, i) => make("b", { className: `line-${i}` },
      ...(labels[i] ? [make("i", { textContent: labels[i] }), " "] : []), number, ...(unit ? [make("small", { textContent: unit })] : [])));
    this.element = make("article", { className: "tile" }, make("h3", { textContent: title }),
      make("p", { className: "figures" }, ...numbers), this.picture, make("p", { className: "foot" }, this.peak, this.note));
    find("tiles").append(this.element);
  }

  /** All of the samples; the numbers are those of `shown`. */
  show({ samples, span, last: { time: now } }, shown, isBack) {
    const x = (time) => (width * (1 - (now - time) / span)).toFixed(2);
    const all = this.lines.map((key) => runs(samples, key));
    const values = all.flat(2).map(([, value]) => value);
    const y = values.length ? scale(values, this) : () => height;
    const paths = [draw("path", { class: "ground", d: `M0 ${height - edge}H${width}` })];
    all.forEach((line, i) => {
      for (const run of line) {
        const points = run.map(([time, value]) => `${x(time)} ${y(value).toFixed(2)}`);
        if (i === 0 && !this.isLog) {
          paths.push(draw("path", { class: "area", d: `M${x(run[0][0])} ${height - edge}L${points.join("L")}L${x(run.at(-1)[0])} ${height - edge}Z` }));
        }
        paths.push(draw("path", { class: `course line-${i}`, d: `M${points.join("L")}${points.length === 1 ? "h0" : ""}` }));
      }
      const value = shown.values[this.lines[i]];
      if (value !== null && value !== undefined) {
        paths.push(draw("path", { class: `dot line-${i}`, d: `M${x(shown.time)} ${y(value).toFixed(2)}h0` }));
      }
      say(this.numbers[i], this.words(value));
    });
    if (isBack) paths.push(draw("path", { class: "moment", d: `M${x(shown.time)} 0V${height}` }));
    this.picture.replaceChildren(...paths);
    const peak = values.length ? `peak ${this.words(Math.max(...values))}${this.unit}` : "";
    say(this.peak, peak);
    say(this.note, this.aside?.(shown) ?? "");
    const said = this.lines.map((key, i) => `${this.labels[i] ?? ""} ${this.words(shown.values[key])}${this.unit}`.trim());
    this.picture.setAttribute("aria-label", `${this.title}: ${said.join(", ")}${peak && `; ${peak} in the time shown`}`);
  }
}

/** A bar of parts beside each other, in these colours. */
export function showStack(picture, counts, colours) {
  const total = counts.reduce((sum, each) => sum + each, 0);
  let from = 0;
  picture.replaceChildren(...counts.map((each, i) => {
    const part = total ? each / total * 100 : 0;
    const made = draw("rect", { class: `part-${colours[i]}`, x: `${from}%`, width: `${part}%`, height: "100%" });
    from += part;
    return made;
  }));
}
