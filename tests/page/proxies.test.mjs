// The recipes in config/proxy with the real programs in front; what is not installed is skipped.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { free_port, start_browser, start_server, test } from "./support.mjs";

const recipes = join(dirname(fileURLToPath(import.meta.url)), "../../config/proxy");
/** As shipped, or with publishing and the demo opened as it says: without these lines. */
const closing = /^.*(?:return 403;|deny_status 403|respond .* 403).*\n/gm;
function recipe(name, is_open) {
  const text = readFileSync(join(recipes, name), "utf8");
  assert.equal(text.match(closing).length, 2);
  return is_open ? text.replace(closing, "") : text;
}
const place = mkdtempSync(join(tmpdir(), "longpolld-proxy-"));
const at = (name) => join(place, name);

/** Each takes a recipe with the places and addresses of this test in it, and says how to run it. */
const proxies = {
  nginx(to, port, is_open) {
    const site = recipe("nginx.conf", is_open).replace("127.0.0.1:8080", to).replace("listen 443", `listen 127.0.0.1:${port}`)
      .replace("/etc/ssl/example.org.pem", at("both.pem")).replace("/etc/ssl/example.org.key", at("key.pem"));
    writeFileSync(at("site.conf"), site);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${at(name)};`).join("\n");
    writeFileSync(at("nginx.conf"), `pid ${at("pid")}; daemon off; error_log stderr;
      events { worker_connections 4000; }
      http { access_log off; ${temporary} include ${at("site.conf")}; }`);
    return ["nginx", "-p", place, "-c", at("nginx.conf"), "-e", "stderr"];
  },
  haproxy(to, port, is_open) {
    writeFileSync(at("haproxy.cfg"), recipe("haproxy.cfg", is_open).replace("127.0.0.1:8080", to)
      .replace("maxconn 20000", "maxconn 1000")
      .replace("bind :443", `bind 127.0.0.1:${port}`).replace("/etc/ssl/example.org.pem", at("both.pem")));
    return ["haproxy", "-db", "-f", at("haproxy.cfg")];
  },
  caddy(to, port, is_open) {
    const site = recipe("Caddyfile", is_open).replace("127.0.0.1:8080", to)
      .replace("example.org {", `https://127.0.0.1:${port}, https://example.org:${port} {\n\tbind 127.0.0.1\n\ttls ${at("both.pem")} ${at("key.pem")}`);
    writeFileSync(at("Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
    return ["caddy", "run", "--config", at("Caddyfile"), "--adapter", "caddyfile"];
  },
};

process.setMaxListeners(0);
let browser;
before(async () => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", at("key.pem"), "-out", at("cert.pem")], { stdio: "ignore" });
  writeFileSync(at("both.pem"), readFileSync(at("cert.pem"), "utf8") + readFileSync(at("key.pem"), "utf8"));
  browser = await start_browser();
});
after(async () => {
  await browser.close();
  rmSync(place, { recursive: true, force: true });
});

async function start_proxy(name, server, is_open = true) {
  const port = await free_port();
  mkdirSync(place, { recursive: true });
  const [program, ...args] = proxies[name](`127.0.0.1:${server.port}`, port, is_open);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: place } });
  let said = "";
  child.stderr.on("data", (part) => { said += part; });
  process.once("exit", () => child.kill("SIGKILL"));
  const proxy = {
    url: `https://127.0.0.1:${port}`,
    stop: () => new Promise((ended) => { child.on("exit", ended); child.kill(name === "nginx" ? "SIGQUIT" : "SIGTERM"); }),
  };
  for (let left = 400; ; --left) {
    try {
      const link = open(proxy);
      const { status } = await link.get("healthz");
      link.close();
      if (status === 200) return proxy;
    } catch { /* not yet */ }
    if (!left || child.exitCode !== null) throw new Error(`${name} does not serve: ${said}`);
    await new Promise((turn) => setTimeout(turn, 25));
  }
}

/** An HTTP/2 connection to a proxy, as a browser has. `site`: the host that it asks for. */
function open(proxy, localAddress = "127.0.0.1", site = new URL(proxy.url).host) {
  const session = connect(proxy.url, { rejectUnauthorized: false, localAddress });
  let failed;
  session.setMaxListeners(0);
  session.on("error", (problem) => { failed = problem; });
  const ask = (method, path, body) => {
    if (failed) throw failed;
    const stream = session.request({ ":method": method, ":path": `/longpoll/${path}`, ":authority": site });
    const answer = new Promise((done, broken) => {
      let status, text = "";
      stream.on("response", (fields) => { status = fields[":status"]; });
      stream.on("data", (part) => { text += part; });
      stream.on("end", () => done({ status, json: () => JSON.parse(text) }));
      stream.on("error", broken);
      session.on("error", broken);
    });
    stream.end(body);
    return Object.assign(answer, { leave: () => { answer.catch(() => {}); stream.close(8); } });
  };
  return {
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    publish: (category, data) => ask("POST", "publish", JSON.stringify({ category, data })),
    close: () => session.destroy(),
  };
}
/** Asks until the answer is as expected. */
async function until(action, is_right) {
  for (;;) {
    const answer = await action();
    if (is_right(answer)) return answer;
    await new Promise((turn) => setTimeout(turn, 20));
  }
}

/** Parks a poll where there is room for one. When a probe was first, it is the poll that finds no room. */
async function take_room(poll, probe, is_full) {
  for (let head_start = 1; ; head_start *= 2) {
    const parked = poll();
    parked.catch(() => {});
    await new Promise((turn) => setTimeout(turn, head_start));
    if (is_full(await probe())) return { parked };
    parked.leave();
  }
}

for (const name of Object.keys(proxies)) {
  const skip = spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0 && `${name} is not installed`;

  test(`behind ${name} polls wake, ninety on one connection`, { skip }, async () => {
    const server = await start_server();
    const proxy = await start_proxy(name, server);
    const link = open(proxy);
    const { cursor } = await (await link.get("events?category=a&timeout=1")).json();
    const polls = Array.from({ length: 90 }, () => link.get(`events?category=a&timeout=30&cursor=${cursor}`));
    const { status } = await link.publish("a", { pig: "oink" });
    assert.equal(status, 200);
    for (const answer of await Promise.all(polls)) assert.deepEqual(answer.json().events[0].data, { pig: "oink" });
    link.close();
    await proxy.stop();
    await server.stop();
  });

  test(`behind ${name} a client that leaves ends its poll`, { skip }, async () => {
    const server = await start_server("--max-parked-polls-per-category", "1", "--threads", "1");
    const proxy = await start_proxy(name, server);
    const [one, two] = [open(proxy), open(proxy)];
    const probe = () => two.get("events?category=a&timeout=1");
    const is_full = ({ status }) => status === 503;
    const park = () => take_room(() => one.get("events?category=a&timeout=100"), probe, is_full);
    (await park()).parked.leave();
    assert.equal((await until(probe, (answer) => !is_full(answer))).status, 200);
    await park();
    one.close();
    assert.equal((await until(probe, (answer) => !is_full(answer))).status, 200);
    two.close();
    await proxy.stop();
    await server.stop();
  });

  test(`behind ${name} nothing is lost or doubled`, { skip }, async () => {
    const server = await start_server("--max-requests-per-connection", "7");
    const proxy = await start_proxy(name, server);
    const [reader, writers] = [open(proxy), [open(proxy), open(proxy), open(proxy)]];
    const sent = writers.map(async (link, writer) => {
      for (let i = 0; i < 100; ++i) assert.equal((await link.publish("a", [writer, i])).status, 200);
    });
    const seen = [[], [], []];
    for (let count = 0, cursor = ""; count < 300;) {
      const reply = (await reader.get(`events?category=a&since_time=0&cursor=${cursor}`)).json();
      for (const { data: [writer, i] } of reply.events ?? []) count = count + 1, seen[writer].push(i);
      assert.equal(reply.gap, undefined);
      cursor = reply.cursor;
    }
    await Promise.all(sent);
    const left = (await reader.get("events?category=a&since_time=0")).json().events.length;
    for (const of_one of seen) assert.deepEqual(of_one, Array.from({ length: 100 }, (_, i) => i));
    assert.equal(left, 250, "the buffer holds its 250 newest, and no more were stored");
    for (const link of [reader, ...writers]) link.close();
    await proxy.stop();
    await server.stop();
  });

  test(`behind ${name} limits per address are those of the clients`, { skip }, async () => {
    const server = await start_server("--max-parked-polls-per-address", "1", "--trusted-proxies", "127.0.0.1",
      "--threads", "1");
    const proxy = await start_proxy(name, server);
    const [one, same, other] = [open(proxy, "127.0.0.2"), open(proxy, "127.0.0.2"), open(proxy, "127.0.0.3")];
    await take_room(() => one.get("events?category=a&timeout=100"), () => same.get("events?category=a&timeout=1"),
      ({ status }) => status === 429);
    assert.equal((await other.get("events?category=a&timeout=1")).status, 200);
    for (const link of [one, same, other]) link.close();
    await proxy.stop();
    await server.stop();
  });

  test(`behind ${name} the site is served under its own name once allowed_hosts has it`, { skip }, async () => {
    const [named, unnamed] = [await start_server("--allowed-hosts", "example.org"), await start_server()];
    for (const [server, expected] of [[named, 200], [unnamed, 421]]) {
      const proxy = await start_proxy(name, server);
      const link = open(proxy, "127.0.0.1", "example.org");
      const { status } = await link.publish("a", 1);
      assert.equal(status, expected);
      link.close();
      await proxy.stop();
      await server.stop();
    }
  });

  test(`behind ${name} as shipped nobody publishes or sees the demo, however the path is spelt`, { skip }, async () => {
    const server = await start_server("--demo", "on");
    const proxy = await start_proxy(name, server, false);
    const link = open(proxy);
    for (const path of ["publish", "%70ublish", "/publish", "events/../publish", "publish?category=a", "./publish"]) {
      const { status } = await link.post(path, '{"category":"a","data":1}');
      assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
    }
    for (const path of ["demo/", "demo/basic.html", "demo/status", "%64emo/basic.html", "/demo/basic.html"]) {
      const { status } = await link.get(path);
      assert.ok([403, 404].includes(status), `${path}: ${status}`);
    }
    const { status, json } = await link.get("events?category=a&since_time=0&timeout=1");
    assert.equal(status, 200);
    assert.ok(json().timeout, "nothing was published");
    link.close();
    await proxy.stop();
    await server.stop();
  });

  test(`behind ${name} pages work below the path, more of them than HTTP/1.1 would allow`, { skip }, async () => {
    const server = await start_server("--demo", "on");
    const proxy = await start_proxy(name, server);
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const pages = await Promise.all(Array.from({ length: 8 }, async () => {
      const page = await context.newPage();
      await page.goto(`${proxy.url}/longpoll/demo/basic.html`);
      await page.waitForSelector("html[data-state=connected]");
      return page;
    }));
    await pages[0].click("#generate");
    for (const page of pages) await page.locator("#events li").nth(1).waitFor();
    await pages[0].goto(`${proxy.url}/longpoll/`);
    await pages[0].fill("#data", "from the page");
    await pages[0].click("#publish button");
    await pages[0].locator("#events").getByText("from the page").waitFor();
    await context.close();
    await proxy.stop();
    await server.stop();
  });
}
