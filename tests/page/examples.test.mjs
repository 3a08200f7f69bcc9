// What the README shows at first, as it is written there, and the examples for pages.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { binary, publish, start_browser, start_server, test, until } from "./support.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const example = (name) => readFileSync(join(here, "../examples", name), "utf8");
const root = join(here, "../..");
const chapter = readFileSync(join(root, "README.md"), "utf8").split("\n## ")
  .find((text) => text.startsWith("See it work"));
const all_of = (pattern, text) => [...text.matchAll(pattern)].map(([, part]) => part);
const blocks = (language) => all_of(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"), chapter);
const rounds = Array.from({ length: 10 }, (_, round) => round);
const run = promisify(execFile);

let browser;
before(async () => { browser = await start_browser(); });
after(() => browser.close());

test("the README's first commands publish and see it, every time", async () => {
  const [first] = blocks("sh");
  assert.match(first, /127\.0\.0\.1:8080.*since_time=0' &/);
  const server = await start_server();
  await Promise.all(rounds.map(async (round) => {
    const text = first.replaceAll("http://127.0.0.1:8080", server.url).replaceAll("farm", `farm${round}`);
    const { stdout } = await run("sh", ["-c", `${text}\nwait`]);
    assert.equal(stdout.match(/"success":true/g)?.length, 2, stdout);
    assert.match(stdout, /"events":\[\{[^\n]*"data":("hi"|\{"pig":"oink"\})/);
  }));
  await server.stop();
});

test("the README's page sees what it publishes, every time", async () => {
  const server = await start_server();
  const [html] = blocks("html");
  await Promise.all(rounds.map(async () => {
    const page = await (await browser.newContext()).newPage();
    await page.route(`${server.url}/page`, (route) => route.fulfill({ contentType: "text/html", body: html }));
    const said = page.waitForEvent("console", { predicate: (line) => line.text().includes("oink") });
    await page.goto(`${server.url}/page`);
    await said;
    await page.context().close();
  }));
  await server.stop();
});

test("the README's commands of the binary do what it says", async () => {
  const server = await start_server();
  const env = { ...process.env, LONGPOLLD_URL: server.url };
  const [, second] = blocks("sh");
  const [tail, send, complete] = second.replaceAll("build/longpolld", binary).trim().split("\n");
  const { stdout: id } = await run("sh", ["-c", send], { env });
  assert.match(id, /^[0-9a-f-]{36}\n$/);
  const { stdout: seen } = await run("sh", ["-c", tail.replace(/ #.*/, " -n 1")], { env });
  assert.deepEqual(JSON.parse(seen).data, { pig: "oink" });
  const { stdout: found } = await run("bash", ["-c", `${complete}\ncomplete -p longpolld`], { env });
  assert.match(found, /longpolld/);
  await server.stop();
});

/** A site on a port of its own. */
async function start_site() {
  let content = {};
  const http = createServer((request, reply) => {
    const [type, text] = content[request.url] ?? ["text/plain"];
    reply.writeHead(text ? 200 : 404, { "Content-Type": type }).end(text);
  });
  await new Promise((ready) => http.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${http.address().port}`,
    /** From now on `what` lies there: to each path type and text. */
    serve(what) { content = what; },
    stop: () => new Promise((closed) => { http.close(closed); http.closeAllConnections(); }),
  };
}

test("a page of another origin subscribes and publishes where the server lets it in, and only there", async () => {
  const site = await start_site();
  const [open, shut] = [await start_server("--cors-allow-origins", site.url), await start_server()];
  const page = await browser.newPage();
  const visit = async (server) => {
    const text = example("page.html").replaceAll("http://127.0.0.1:8080", server.url);
    site.serve({ "/page.html": ["text/html", text] });
    await page.goto(`${site.url}/page.html`);
  };
  await publish(open.url, "farm", "before");
  await visit(open);
  await page.locator("li").getByText('"before"').waitFor();
  await page.locator("p").getByText("connected").waitFor();
  await page.fill("input", "from the page");
  await page.click("button");
  await page.locator("li").getByText('"from the page"').waitFor();
  const refused = page.waitForEvent("requestfailed");
  await visit(shut);
  assert.equal((await refused).url(), `${shut.url}/client.js`);
  assert.equal(await page.textContent("p"), "connecting");
  await page.close();
  await Promise.all([open, shut, site].map((one) => one.stop()));
});

const react = (name) => join(here, `node_modules/${name}/umd/${name}.development.js`);
const skip = !existsSync(react("react")) && "react is not installed";

test("the React hook shows events, keeps so many, follows a change of categories, and leaves", { skip }, async () => {
  const site = await start_site();
  const server = await start_server("--cors-allow-origins", site.url);
  const script = (text) => ["text/javascript", text];
  site.serve({
    "/react.js": script(readFileSync(react("react"), "utf8")),
    "/react-dom.js": script(readFileSync(react("react-dom"), "utf8")),
    "/react-module.js": script("export const { useEffect, useState } = window.React;"),
    "/use_events.js": script(example("use_events.js")),
    "/": ["text/html", `<!doctype html><div></div><script src="/react.js"></script><script src="/react-dom.js"></script>
      <script type="importmap">
        {"imports": {"react": "/react-module.js", "longpolld-client": "${server.url}/client.js"}}
      </script>
      <script type="module">
        import { useEvents } from "/use_events.js";
        const { createElement, StrictMode } = React;
        function Farm({ categories }) {
          const { events, state } = useEvents("${server.url}", [...categories], 3);
          return createElement("output", { title: state }, events.map(({ data }) => data).join(" "));
        }
        const root = ReactDOM.createRoot(document.querySelector("div"));
        window.show = (...categories) =>
          root.render(createElement(StrictMode, null, createElement(Farm, { categories })));
        window.leave = () => root.unmount();
        window.show("farm");
      </script>`],
  });
  for (const data of ["one", "two"]) await publish(server.url, "farm", data);
  const page = await browser.newPage();
  await page.goto(site.url);
  const output = page.locator("output");
  const shows = (text) => until(async () => await output.textContent() === text, text);
  await shows("one two");
  await until(async () => await output.getAttribute("title") === "connected", "connected");
  for (const data of ["three", "four"]) await publish(server.url, "farm", data);
  await shows("two three four");
  await page.evaluate(() => window.show("farm"));
  await publish(server.url, "farm", "five");
  await shows("three four five");
  await publish(server.url, "weather", "rain");
  await page.evaluate(() => window.show("weather"));
  await shows("rain");
  await publish(server.url, "farm", "unheard");
  await publish(server.url, "weather", "sun");
  await shows("rain sun");
  await until(async () => await server.parked_polls() === 1, "one poll");
  await page.evaluate(() => window.leave());
  await until(async () => await server.parked_polls() === 0, "no poll");
  await page.close();
  await Promise.all([server, site].map((one) => one.stop()));
});
