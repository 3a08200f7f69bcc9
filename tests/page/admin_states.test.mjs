// The operator's live page when the server is away, hidden from sight, behind a proxy; and how it is served.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { secret, skip, start_admin, table, watch } from "./admin_server.mjs";
import { in_state, picture, publish, start_browser, test, until } from "./support.mjs";

const folder = mkdtempSync(join(tmpdir(), "longpolld-admin-"));
const file = join(folder, "longpolld.toml");
let server, browser, context, problems;

before(async () => {
  if (skip) return;
  writeFileSync(file, table);
  server = await start_admin("--config", file);
  browser = await start_browser();
  context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  ({ problems } = watch(context));
});

after(async () => {
  rmSync(folder, { recursive: true });
  if (skip) return;
  await browser.close();
  await server.stop();
});

const published = async (where) => Number((await where.locator(".tile").filter({ hasText: "Events published" })
  .locator(".figures").textContent()).replace(/[^\d.]/g, ""));

test("it asks one thing after the other, and nothing while nobody sees it", { skip }, async () => {
  const seen = await context.newPage();
  let now = 0, most = 0, count = 0;
  seen.on("request", (one) => { if (/status|categories/.test(one.url())) { most = Math.max(most, ++now); ++count; } });
  for (const end of ["requestfinished", "requestfailed"]) {
    seen.on(end, (one) => { if (/status|categories/.test(one.url())) --now; });
  }
  await seen.addInitScript(() => {
    let isHidden = false;
    Object.defineProperty(document, "hidden", { get: () => isHidden });
    addEventListener("set-hidden", ({ detail }) => { isHidden = detail; document.dispatchEvent(new Event("visibilitychange")); });
  });
  const hide = (is_so) => seen.evaluate((detail) => { dispatchEvent(new CustomEvent("set-hidden", { detail })); }, is_so);
  await seen.goto(server.page);
  await until(() => count >= 4, "it asks");
  assert.equal(most, 1);
  await hide(true);
  // What was under way ends; of 3 s without a question each second would have had one.
  await until(() => now === 0, "nothing under way");
  const before_rest = count;
  await new Promise((rest) => setTimeout(rest, 3000));
  assert.ok(count <= before_rest + 1, `${count - before_rest} questions while hidden`);
  await hide(false);
  await until(() => count > before_rest + 2, "it asks again");
  await seen.close();
});

test("it says that the server is away, and goes on by itself when it is back", { skip }, async () => {
  const first = await start_admin();
  const guest = await context.newPage();
  await guest.goto(first.page);
  await in_state(guest, "live");
  await first.stop();
  await in_state(guest, "away");
  await guest.getByRole("alert").getByText(/does not answer\. Figures are of \d\d:\d\d:\d\d/).waitFor();
  assert.match(await guest.title(), /does not answer/);
  await picture(guest, "admin-away");
  const second = await start_admin("--listen", `127.0.0.1:${first.port}`, "--admin-listen", `127.0.0.1:${first.admin_port}`);
  await in_state(guest, "live");
  assert.ok(await guest.isHidden("#banner"));
  await publish(second.url, "after", 1);
  await until(async () => await published(guest) > 0, "its figures go on");
  await guest.close();
  await second.stop();
  assert.deepEqual(problems.splice(0).filter((text) => !/ERR_(CONNECTION|EMPTY|SOCKET)/.test(text)), []);
});

test("it tells of a store that fails, of an answer that takes long, and takes the page of a new version", { skip }, async () => {
  const guest = await context.newPage();
  let change = (status) => Object.assign(status, { store: { kind: "journal", state: "failing", trouble: "the disk is full" } });
  const held = [];
  await guest.route("**/admin/status", async (route) => {
    if (!change) return held.push(route);
    const status = await (await fetch(route.request().url())).json();
    await route.fulfill({ json: change(status) }).catch(() => {});
  });
  await guest.goto(server.page);
  await in_state(guest, "failing");
  await guest.locator("#trouble").getByText("the disk is full").waitFor();
  assert.match(await guest.title(), /the store fails/);
  change = undefined;
  await in_state(guest, "slow");
  await guest.locator("#since").getByText(/^for \d+ s$/).waitFor();
  change = (status) => status;
  for (const one of held) await one.continue();
  await in_state(guest, "live");
  const loaded = guest.waitForEvent("load");
  change = (status) => Object.assign(status, { version: "9.9.9" });
  await loaded;
  await guest.locator("#version").getByText("9.9.9").waitFor();
  await guest.close();
});

/** A proxy that has the address below /ops/, names its client, and leaves who that is to the server. */
async function start_proxy(to) {
  const proxy = createServer((from, reply) => {
    const headers = { ...from.headers, "x-forwarded-for": "203.0.113.7" };
    const on = request({ port: to, path: from.url.replace(/^\/ops/, ""), method: from.method, headers }, (answer) => {
      reply.writeHead(answer.statusCode, answer.rawHeaders);  // each challenge in a line of its own
      answer.pipe(reply);
    });
    on.on("error", () => reply.destroy());
    from.pipe(on);
  });
  await new Promise((ready) => proxy.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${proxy.address().port}`, close: () => { proxy.close(); proxy.closeAllConnections(); } };
}

test("it works below a path of a proxy, with the operator's secret as the password", { skip }, async () => {
  const proxy = await start_proxy(server.admin_port);
  assert.equal((await fetch(`${proxy.url}/ops/admin/`)).status, 401);
  const inside = await browser.newContext({ httpCredentials: { username: "ops", password: secret } });
  const { problems: those } = watch(inside);
  const guest = await inside.newPage();
  await guest.goto(`${proxy.url}/ops/admin`);
  assert.equal(guest.url(), `${proxy.url}/ops/admin/`);
  await in_state(guest, "live");
  await guest.getByRole("button", { name: "Reload" }).click();
  await guest.locator("#reloaded.good").waitFor();
  // An address with the password in it, which fetch refuses to have.
  const direct = await browser.newPage();
  await direct.goto(`${proxy.url.replace("//", `//ops:${encodeURIComponent(secret)}@`)}/ops/admin/`);
  await in_state(direct, "live");
  await Promise.all([inside.close(), direct.close()]);
  proxy.close();
  assert.deepEqual(those.filter((text) => !/status of 401/.test(text)), []);
});

test("what is served there may be read only, and runs nothing from elsewhere", { skip }, async () => {
  const types = { "": "text/html; charset=utf-8", "style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml",
    ...Object.fromEntries(["admin", "categories", "chart", "figures", "page", "panels", "server"].map((name) => [`${name}.js`, "text/javascript; charset=utf-8"])) };
  for (const [name, type] of Object.entries(types)) {
    const reply = await fetch(server.page + name);
    assert.equal(reply.status, 200, name);
    assert.equal(reply.headers.get("content-type"), type);
    assert.match(reply.headers.get("content-security-policy"), /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; /);
    for (const method of ["POST", "DELETE", "PUT"]) assert.equal((await fetch(server.page + name, { method })).status, 405, `${method} ${name}`);
    assert.equal((await fetch(server.page + name, { method: "HEAD" })).status, 200);
    assert.equal((await fetch(`${server.url}/admin/${name}`)).status, 404);
  }
  const led = await fetch(server.page.slice(0, -1), { redirect: "manual" });
  assert.equal(led.headers.get("location"), "admin/");
});
