// config/doc/openapi.yaml against a running server: each status that it names for an operation is provoked there, and
// what the server says is what the document says.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { files, servers } from "./contract_servers.mjs";
import { judge, operations_of, read_document, request, root, say, seen } from "./openapi.mjs";
import { binary, test } from "./support.mjs";

const description = await read_document();
const operations = operations_of(description);
after(() => servers.stop());

const event = '{"category":"farm","data":{"pig":"oink"}}';
const targets = { "/events": "/events?category=farm&timeout=1&since_time=0" };

/** A request that is answered 200 or 204, but for these fields. */
const usual = (method, path, fields, body = method === "POST" ? event : "") =>
  request(method, targets[path] ?? path, fields, body);

/** A way to provoke a reply: to a usual request with these fields, or to one that is made of the operation. */
const sent = (server, how = {}) => async (method, path) =>
  say(await servers[server](), typeof how === "function" ? how(method, path) : usual(method, path, how));
const poll = (query, fields, server = "plain") => sent(server, (method) => request(method, `/events?${query}&timeout=1`, fields));
const publish = (body, fields, server = "plain", query = "") =>
  sent(server, () => request("POST", `/publish${query}`, fields, body));

/** What is said to a connection as it comes, whatever it would have asked for. */
const unasked = (server) => async () => ({ ...await say(await servers[server]()), is_unasked: true });

/** What any request can meet. What cannot be provoked belongs into `not_provoked`, with the reason. */
const anywhere = {
  400: [sent("plain", { Host: null }), sent("plain", { Host: "a b" }), sent("plain", { "Transfer-Encoding": "gzip, chunked" })],
  408: [sent("slow", (method, path) => usual(method, path).replace(/\r\n\r\n[^]*/, "\r\n"))],
  413: [sent("plain", (method, path) => usual(method, path, { "Content-Length": 1e9 }, ""))],
  414: [sent("plain", (method, path) => request(method, `${path}?${"a".repeat(9000)}`))],
  417: [sent("plain", { Expect: "wonders" })],
  421: [sent("plain", { Host: "elsewhere.example" })],
  429: [unasked("crowded")],
  431: [sent("plain", { A: "a".repeat(8192), B: "b".repeat(8192) })],
  501: [sent("plain", (method, path) => usual(method, path, { "Transfer-Encoding": "gzip" }, ""))],
  503: [unasked("full")],
  505: [sent("plain", (method, path) => usual(method, path).replace("HTTP/1.1", "HTTP/2.0"))],
};
const not_provoked = {};

const bearer = (token) => ({ Authorization: `Bearer ${token}` });
const [page, foreign] = [{ Origin: "http://page.example" }, { Origin: "http://elsewhere.example" }];
const about_to = { "Access-Control-Request-Method": "GET" };
const typed = (type) => ({ "Content-Type": type });
const [one, keyed] = ['{"category":"farm","data":1}', { "Idempotency-Key": "once" }];

/** The way after others, which it takes first. */
const behind = (first, last) => async (...operation) => { await first(...operation); return last(...operation); };

/** The way, again and again until it is answered so: a rate is exceeded only by who is fast enough. */
const until_answered = (status, way) => async (...operation) => {
  for (;;) {
    const reply = await way(...operation);
    if (reply.status === status) return reply;
  }
};

const polled = {
  200: [poll("category=nothing"), poll("category=nothing&category=none&cursor=,"), poll("category=nothing&since_time=9000000000000"),
    behind(() => publish(one)(), sent("plain")), sent("for_pages", page), sent("for_pages", foreign),
    async (method) => poll(`category=farm&cursor=${(await servers.forgetful()).passed}`, {}, "forgetful")(method),
    poll("category=public", {}, "guarded"), poll("category=user.ann", bearer(files.token), "guarded")],
  400: ["", "category=", "category=a&category=a", "category=a&timeout=0", "category=a&cursor=1", "category=a&since_time=soon",
    "category=a&last_id=1", "category=a%0ab", "category=%ff", "category=a&timeout=999999", "category=%",
    `category=a&category=b&last_id=${"0".repeat(32)}`].map((query) => poll(query)),
  401: [poll("category=user.ann", {}, "guarded"), poll("category=public", bearer("wrong"), "guarded")],
  403: [poll("category=user.bob", bearer(files.token), "guarded")],
  404: [poll("category=unknown", {}, "guarded"), sent("only_publishing")],
  503: [sent("without_redis")],
};
const served = {
  200: [sent("plain"), sent("plain", { "Accept-Encoding": "br, gzip;q=0.5" }), sent("for_pages", page)],
  304: [async (method, path) => {
    const { field } = await sent("plain")("GET", path);
    return sent("plain", { "If-None-Match": field("etag") })(method, path);
  }],
  404: [sent("only_publishing")],
};
const told = { 204: [{}, { ...page, ...about_to }, { ...foreign, ...about_to }].map((fields) => sent("for_pages", fields)) };
const readiness = { 200: [sent("plain")], 503: [sent("without_redis")] };

const ways = {
  "GET /events": { ...polled, 403: [...polled[403], sent("deleting", foreign)], 429: [sent("parking_one_of_an_address")],
    503: [...polled[503], sent("parking_one")] },
  "HEAD /events": { ...polled, 429: [until_answered(429, poll("category=a", bearer("wrong"), "strict"))] },
  "OPTIONS /events": { ...told, 404: [sent("only_publishing")] },
  "POST /publish": {
    200: [publish(one), publish(`[${one},${one}]`), publish('"a"', typed("application/json"), "plain", "?category=farm"),
      publish("a", typed("text/plain; charset=utf-8"), "plain", "?category=farm"), publish('{"Category":"a","DATA":[1.0],"more":1}'),
      behind(publish(one, keyed), publish(one, keyed)), publish(one, page, "for_pages"),
      publish('{"category":"public","data":1}', bearer(files.secret), "guarded")],
    400: ["{", "[]", "{}", '{"category":"a","data":null}', '{"category":"a","category":"a","data":1}', `${one}x`, '{"category":"a"}',
      '{"category":"","data":1}', `{"category":"a","data":${"[".repeat(40)}${"]".repeat(40)}}`, '{"category":"a","data":1e400}',
      '{"category":"a","data":"\xff"}'].map((body) => publish(body)).concat(publish(one, { "Idempotency-Key": "two words" })),
    401: [publish(one, {}, "guarded"), publish(one, { Via: "1.1 proxy" })],
    403: [publish(one, bearer(files.token), "guarded"), publish(one, foreign)],
    404: [publish('{"category":"unknown","data":1}', bearer(files.secret), "guarded"), publish(one, {}, "only_subscribing")],
    408: [sent("slow", () => request("POST", "/publish", { "Content-Length": 100 }, "{"))],
    411: [sent("plain", () => request("POST", "/publish"))],
    413: [publish(`{"category":"a","data":"${"a".repeat(70_000)}"}`), publish(`[${Array(1001).fill(one)}]`)],
    415: [publish("x", typed("text/html"), "plain", "?category=a"), publish("x", {}, "plain", "?category=a"),
      publish(one, { "Content-Encoding": "gzip" })],
    422: [behind(publish(one, keyed), publish(`[${one}]`, keyed))],
    429: [until_answered(429, publish(one, {}, "strict"))],
    503: [publish(one, {}, "without_redis")],
  },
  "OPTIONS /publish": { ...told, 404: [sent("only_subscribing")] },
  "GET /readyz": readiness,
  "HEAD /readyz": readiness,
};

/** The ways to provoke each status of an operation. */
function ways_of({ name, method, responses }) {
  const own = ways[name] ?? (responses[304] ? served : { 200: [sent("plain")] });
  const all = method === "OPTIONS" && !ways[name] ? { ...told, ...responses[404] && { 404: [sent("only_publishing")] } } : { ...own };
  if (method === "OPTIONS") delete all[200];
  for (const [status, more] of Object.entries(anywhere)) all[status] = [...all[status] ?? [], ...more];
  return all;
}

for (const operation of operations) {
  const { name, method, path, responses } = operation;
  test(`${name} is answered what the document says, and all that it says can be seen`, async () => {
    const all = ways_of(operation);
    const left_out = Object.keys(not_provoked[name] ?? {});
    assert.deepEqual([...Object.keys(all), ...left_out].sort(), Object.keys(responses).sort(), "what is provoked, and what is named");
    await Promise.all(Object.entries(all).flatMap(([status, each]) => each.map(async (way, index) => {
      const reply = await way(method, path);
      assert.equal(reply.status, Number(status), `way ${index + 1}: ${reply.body}`);
      judge(responses, reply, method === "HEAD" && !reply.is_unasked);
    })));
  });
}

test("other paths and methods are answered what the document says of elsewhere", async () => {
  const elsewhere = description["x-elsewhere"];
  const expect = async (status, method, path) => {
    const reply = await sent("plain", () => request(method, path))(method, path);
    assert.equal(reply.status, status, `${method} ${path}`);
    judge(elsewhere, reply, method === "HEAD");
    return reply;
  };
  for (const path of Object.keys(description.paths)) {
    const known = operations.filter((one) => one.path === path).map(({ method }) => method);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"].filter((one) => !known.includes(one))) {
      const { field } = await expect(405, method, path);
      assert.deepEqual(field("allow").split(", ").sort(), [...known].sort());
    }
    await expect(501, "FROB", path);
  }
  for (const method of ["GET", "HEAD", "POST", "OPTIONS", "DELETE"]) await expect(404, method, "/nowhere");
  await expect(501, "PUT", "/nowhere");
});

test("every field and member that the document names has been seen in a reply", () => {
  const names = new Set();
  for (const one of Object.values(description.components.responses)) {
    for (const name of Object.keys(one.headers)) names.add(name.toLowerCase());
  }
  const replies = ["Event", "Events", "Timeout", "Published", "PublishedBatch", "Error", "StoreError"];
  for (const name of replies) Object.keys(description.components.schemas[name].properties).forEach((one) => names.add(one));
  assert.deepEqual([...names].filter((name) => !seen.has(name)), []);
});

test("the document has every path of the server but the demo's and those for its operator, and its version", () => {
  const router = readFileSync(join(root, "src/http/router.cpp"), "utf8");
  const paths = [...router.matchAll(/^ {4}\{"(\/[^"]*)", /gm)].map(([, path]) => path);
  assert.ok(paths.length > 8);
  assert.deepEqual(paths.filter((path) => !/^\/(demo|admin|metrics)\b/.test(path)).sort(), Object.keys(description.paths).sort());
  assert.equal(execFileSync(binary, ["--version"], { encoding: "utf8" }), `longpolld ${description.info.version}\n`);
});

test("a reply that is not as the document says is noticed", async () => {
  const { responses } = operations.find(({ name }) => name === "GET /healthz");
  const right = await sent("plain")("GET", "/healthz");
  judge(responses, right);
  const with_body = (body) => ({ ...right, body, bytes: body.length,
    fields: right.fields.map(([name, value]) => [name, name === "content-length" ? String(body.length) : value]) });
  const spoilt = [
    { ...right, status: 418 }, { ...right, status: 204 }, with_body('{"status":"ok"}'), with_body('{"status":"ok","version":"0.1.0","a":1}'),
    with_body(""), { ...right, fields: [...right.fields, ["server", "longpolld"]] }, { ...right, bytes: 1 },
    { ...right, fields: right.fields.filter(([name]) => name !== "cache-control") },
    { ...right, fields: right.fields.map(([name, value]) => [name, name === "date" ? "today" : value]) },
    { ...right, field: (name) => (name === "content-type" ? "text/html" : right.field(name)) },
  ].map((one) => ({ field: (name) => one.fields.find(([known]) => known === name)?.[1], ...one }));
  for (const one of spoilt) assert.throws(() => judge(responses, one), { name: "AssertionError" }, JSON.stringify(one));
  assert.throws(() => judge(responses, right, true), { name: "AssertionError" });
});
