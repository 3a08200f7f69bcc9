// config/doc/openapi.yaml, what it says of a reply, and a client that sends exactly what it is given.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { parse } from "yaml";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const file = join(root, "config/doc/openapi.yaml");

/** The document, which a validator of OpenAPI accepts, with what each $ref names in its place. */
export async function read_document() {
  const whole = parse(readFileSync(file, "utf8"));
  const { valid, errors } = await new Validator().validate(structuredClone(whole));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  const named = (ref) => ref.slice(2).split("/").reduce((at, name) => at[name], whole);
  const made = new Map();
  const resolved = (value) => {
    if (typeof value !== "object" || value === null) return value;
    if (value.$ref) return resolved(named(value.$ref));
    if (Array.isArray(value)) return value.map(resolved);
    if (!made.has(value)) made.set(value, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one)])));
    return made.get(value);
  };
  return resolved(whole);
}

const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

/** Each operation: method, path, and its responses by status. */
export const operations_of = (document) => Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter((method) => item[method]).map((method) =>
    ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, responses: item[method].responses })));

const ajv = formats.default(new Ajv2020({ strict: true, allErrors: true }));
const compiled = new Map();

function check(schema, value, of) {
  if (!compiled.has(schema)) compiled.set(schema, ajv.compile(schema));
  const is_right = compiled.get(schema);
  assert.ok(is_right(value), `${of}: ${JSON.stringify(value)}: ${ajv.errorsText(is_right.errors)}`);
}

/** Names of fields and members that replies had. */
export const seen = new Set();

function note(value) {
  if (typeof value !== "object" || value === null) return;
  for (const [name, one] of Object.entries(value)) { seen.add(name); note(one); }
}

const charset = (type) => `${type}; charset=utf-8`;

/**
 * Fails unless these responses name the reply's status, and its fields and body are those that are named there.
 * `is_bare`: the reply is to HEAD, and so has no body.
 */
export function judge(responses, reply, is_bare = false) {
  const named = responses[reply.status];
  const said = `${reply.status} ${reply.body}`;
  assert.ok(named, `the document does not name this status: ${said}`);
  const headers = Object.entries(named.headers ?? {}).map(([name, one]) => [name.toLowerCase(), one]);
  const had = new Set(reply.fields.map(([name]) => name));
  for (const [name, one] of headers) assert.ok(!one.required || had.has(name), `${name} is missing: ${said}`);
  for (const [name, value] of reply.fields.filter(([one]) => one !== "content-type")) {
    const one = headers.find(([known]) => known === name)?.[1];
    assert.ok(one, `the document does not name ${name}: ${said}`);
    seen.add(name);
    check(one.schema, /^(0|[1-9]\d*)$/.test(value) ? Number(value) : value, name);
  }
  const [[type, media] = []] = Object.entries(named.content ?? {});
  assert.equal(reply.field("content-type"), type && charset(type), said);
  if (is_bare || !type) return assert.equal(reply.body, "", "a body where there is none");
  assert.equal(reply.field("content-length"), String(reply.bytes), said);
  if (type !== "application/json") return check(media.schema, reply.body, `the body of ${reply.status}`);
  const value = JSON.parse(reply.body);
  check(media.schema, value, `the body of ${reply.status}`);
  note(value);
}

/** What comes until the connection ends, read as one reply. Names are in small letters, values as they came. */
export function read_reply(all) {
  const end = all.indexOf("\r\n\r\n");
  assert.ok(end > 0, `no reply: ${JSON.stringify(all.toString())}`);
  const [first, ...lines] = all.subarray(0, end).toString("latin1").split("\r\n");
  const fields = lines.map((line) => line.match(/^([^:]+): (.*)$/).slice(1)).map(([name, value]) => [name.toLowerCase(), value]);
  const body = all.subarray(end + 4);
  return {
    status: Number(first.match(/^HTTP\/1\.1 (\d{3}) /)[1]),
    fields,
    field: (name) => fields.find(([one]) => one === name)?.[1],
    body: body.toString(),
    bytes: body.length,
  };
}

/** Sends these bytes, one for each character, and reads until the server has closed. */
export function say(server, bytes) {
  const socket = connect(server.port, server.host ?? "127.0.0.1");
  const parts = [];
  return new Promise((done, failed) => {
    socket.on("data", (part) => parts.push(part));
    socket.on("error", failed);
    socket.on("end", () => { socket.destroy(); try { done(read_reply(Buffer.concat(parts))); } catch (why) { failed(why); } });
    if (bytes) socket.write(bytes, "latin1");
  });
}

/** Request line, fields and body; Host and the connection's end come by themselves unless they are given. */
export function request(method, target, fields = {}, body = "") {
  const all = { Host: "localhost", Connection: "close", ...fields };
  if (body && !("Content-Length" in all)) all["Content-Length"] = body.length;
  const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
