// A longpolld with an address for its operator, for the tests of the page that is there.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { binary, start_server } from "./support.mjs";

export async function start_admin(...options) {
  const server = await start_server("--admin-listen", "127.0.0.1:0", ...options);
  const port = await server.number_said(/listening address=[^]*?listening address=127\.0\.0\.1:(\d+)/);
  return { ...server, admin_port: port, page: `http://127.0.0.1:${port}/admin/` };
}

/** Why the tests are left out, if they are. */
async function lacking() {
  if (!spawnSync(binary, ["--help"], { encoding: "utf8" }).stdout?.includes("--admin-listen")) return "no --admin-listen";
  const server = await start_admin();
  const { ok } = await fetch(server.page);
  await server.stop();
  return !ok && "no page at /admin/";
}
const why = await lacking();
export const skip = why && `left out: ${why}`;

/** Of the key in `table`, with which anyone may publish and subscribe, too. */
export const secret = "a secret of the operator's key, for this test";
export const table = `[anyone]\nsubscribe = ["*"]\npublish = ["*"]\n[[key]]\nname = "ops"\nadmin = true\nsecret_sha256 = "${createHash("sha256").update(secret).digest("hex")}"\n`;

/** What goes wrong in a browser's pages, and what they ask for. */
export function watch(inside) {
  const seen = { problems: [], asked: [] };
  inside.on("console", (line) => { if (line.type() === "error") seen.problems.push(line.text()); });
  inside.on("weberror", (problem) => seen.problems.push(String(problem.error())));
  inside.on("request", (one) => seen.asked.push(one.url()));
  return seen;
}
