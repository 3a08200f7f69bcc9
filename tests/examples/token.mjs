// Signs a token for a user, as your site would: node token.mjs site.key alice
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

export function token(secret, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256" })}.${part({ exp: Math.floor(Date.now() / 1000) + 300, ...claims })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

console.log(token(readFileSync(process.argv[2], "utf8").replace(/\n$/, ""), { sub: process.argv[3] }));
