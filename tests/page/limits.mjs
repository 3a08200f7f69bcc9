// The table of limits in config/doc/limits.md, as the binary's --help has it. To write it anew:
//   LONGPOLLD_BINARY=build/longpolld node tests/page/limits.mjs
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const binary = process.env.LONGPOLLD_BINARY ?? "build/longpolld";
const page = join(dirname(fileURLToPath(import.meta.url)), "../../config/doc/limits.md");

/** All options that --help lists below a group: name, group, what the flag takes, help, default, its reason, reloads. */
export function all_options() {
  const groups = execFileSync(binary, ["--help"], { encoding: "utf8" }).split("\n\n");
  return groups.flatMap((group) => {
    const [title, ...flags] = group.split(/\n {2}--/);
    return flags.map((flag) => flag.split("\n")).map(([head, ...lines]) => {
      const [name, takes] = head.split(" ");
      const found = lines.map((line) => line.trim()).join(" ").match(/^(.*) Default (.*?): (.*?)\.( Can be reloaded\.)?$/);
      if (!found) return null;  // of the program itself: --help, --config
      const [, help, by_default, reason, reloads] = found;
      return { group: title, name: name.replaceAll("-", "_"), takes, help, by_default, reason, reloads: Boolean(reloads) };
    }).filter(Boolean);
  });
}

const unit_of = ({ name }) => [[/_per_second/, "a second"], [/_seconds$/, "seconds"], [/_ms$/, "milliseconds"], [/_days$/, "days"],
  [/bytes/, "bytes"]].find(([ending]) => ending.test(name))?.[1] ?? "number";

/** Every option that takes a number is a limit, but how many threads there are. */
export const limits = () => all_options().filter(({ name, takes }) => /^(N|SECONDS|BYTES)$/.test(takes) && name !== "threads");

function rows(of) {
  return of.map((one) => {
    const statuses = [...one.help.matchAll(/answered? (\d{3})/g)].map(([, status]) => status);
    const cells = [`\`${one.name}\`${one.reloads ? " *" : ""}`, unit_of(one), one.by_default, statuses.join(", "), one.help, one.reason];
    return `| ${cells.join(" | ")} |\n`;
  }).join("");
}

export function limits_table() {
  const all = limits();
  const groups = [...new Set(all.map(({ group }) => group))];
  return groups.map((group) => `\n### ${group}\n\n| option | unit | default | answered | what it is | because |\n|---|---|---|---|---|---|\n${
    rows(all.filter((one) => one.group === group))}`).join("");
}

const marks = /(<!-- begin: [^\n]*-->\n)[^]*(\n<!-- end -->)/;
export const read_page = () => readFileSync(page, "utf8");
export const with_table = (text) => text.replace(marks, (_, begin, end) => begin + limits_table() + end);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, with_table(read_page()));
