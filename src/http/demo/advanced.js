import { publish, subscribe } from "../client.js";
import { find, make, onPublish, patience, server, showGap, showLine, showState } from "./page.js";

const users = ["Ann", "Bob", "Cleo"];
const asked = new URLSearchParams(location.search).get("user");
const user = users.includes(asked) ? asked : users[0];
const everyone = "public";
const privateOf = (name) => `messages/for/${name}`;

// Your site would sign in whom it knows and give out its own tokens; this demo gives one to whoever asks.
const lasting = 300_000, atOnce = 100;
let signed = { token: "", at: -Infinity, used: -Infinity };

async function signIn() {
  const reply = await fetch(new URL(`demo/sign-in?user=${user}`, server), { method: "POST" });
  const { token, error } = await reply.json();
  if (!token) throw new Error(error);
  signed = { token, at: Date.now() };
}

/** Asked for at each request. When it is asked for again at once the last one was refused, as after a restart. */
async function headers() {
  const now = Date.now();
  if (now - signed.at > lasting || now - signed.used < atOnce) await signIn();
  signed.used = now;
  return { Authorization: `Bearer ${signed.token}` };
}

find("user").textContent = user;
document.title = `longpolld: messages of ${user}`;
for (const name of users) {
  find("to").append(new Option(name === user ? "only me" : `only ${name}`, name));
  if (name === user) continue;
  find("others").append(make("a", { className: "button", href: `?user=${name}`, target: name, textContent: name }));
  find("peek").append(make("button", { type: "button", textContent: name, onclick: () => peek(name) }));
}

/** Asks for what is private to another, as anybody may try by hand. */
async function peek(name) {
  const query = new URLSearchParams({ category: privateOf(name), since_time: 0, timeout: 1 });
  const reply = await fetch(new URL(`events?${query}`, server), { headers: await headers() });
  const { error = "let in" } = await reply.json();
  find("peeked").textContent = `${reply.status}: ${error}`;
}

subscribe(server, [everyone, privateOf(user)], {
  headers,
  sinceTime: 0,
  timeout: patience,
  pauseHidden: true,
  onEvent({ category, data, timestamp }) {
    showLine(timestamp, `${data.user === user ? "you" : data.user} ${data.text}`,
      category === everyone ? "public" : "private");
  },
  onGap: showGap,
  onState: showState,
});

onPublish(find("publish"), async () => {
  const to = find("to").value;
  const event = { category: to ? privateOf(to) : everyone, data: { user, text: find("text").value } };
  await publish(server, event, { headers });
  return `published for ${to || "everyone"}`;
});
