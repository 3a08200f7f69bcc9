// Node's own cryptography as the other side of tokens: token_command_test.cpp runs it.
//   node second_opinion.mjs make FOLDER    makes keys, and signs a token with each: ALGORITHM.key .pub .jwk .token
//   node second_opinion.mjs check FOLDER   verifies each ALGORITHM.ours with .pub, and prints its header and claims
import { constants, createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const [, , task, folder] = process.argv;
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const algorithms = {
  HS256: { hash: "sha256" },
  HS384: { hash: "sha384" },
  HS512: { hash: "sha512" },
  RS256: { hash: "sha256", pair: ["rsa", { modulusLength: 2048 }] },
  PS256: { hash: "sha256", pair: ["rsa", { modulusLength: 3072 }], how: pss },
  ES256: { hash: "sha256", pair: ["ec", { namedCurve: "P-256" }], how: { dsaEncoding: "ieee-p1363" } },
  EdDSA: { hash: null, pair: ["ed25519", {}] },
};
const path = (name, kind) => `${folder}/${name}.${kind}`;
const read = (name, kind) => readFileSync(path(name, kind), "utf8");
const coded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const hmac = (hash, key, text) => createHmac(hash, key).update(text).digest("base64url");

for (const [name, { hash, pair, how }] of Object.entries(algorithms)) {
  if (task === "make") {
    const text = `${coded({ alg: name, kid: "k" })}.${coded({ sub: "älice", level: 7, exp: 4102444800 })}`;
    if (!pair) {
      const secret = randomBytes(48).toString("base64url");
      writeFileSync(path(name, "key"), `${secret}\n`);
      writeFileSync(path(name, "pub"), `${secret}\n`);
      const jwk = { kty: "oct", k: Buffer.from(secret).toString("base64url"), kid: "k", alg: name };
      writeFileSync(path(name, "jwk"), JSON.stringify({ keys: [jwk] }));
      writeFileSync(path(name, "token"), `${text}.${hmac(hash, secret, text)}`);
      continue;
    }
    const { publicKey, privateKey } = generateKeyPairSync(...pair);
    writeFileSync(path(name, "key"), privateKey.export({ format: "pem", type: "pkcs8" }));
    writeFileSync(path(name, "pub"), publicKey.export({ format: "pem", type: "spki" }));
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k", alg: name, use: "sig" };
    writeFileSync(path(name, "jwk"), JSON.stringify({ keys: [jwk] }));
    const signature = sign(hash, text, { key: privateKey, ...how });
    writeFileSync(path(name, "token"), `${text}.${signature.toString("base64url")}`);
  } else {
    const [header, payload, signature] = read(name, "ours").trim().split(".");
    const text = `${header}.${payload}`;
    const key = read(name, "pub");
    const good = pair
      ? verify(hash, text, { key: createPublicKey(key), ...how }, Buffer.from(signature, "base64url"))
      : hmac(hash, key.trim(), text) === signature;
    const json = (part) => Buffer.from(part, "base64url").toString();
    console.log(`${name} ${good ? "verified" : "REFUSED"} ${json(header)} ${json(payload)}`);
  }
}
