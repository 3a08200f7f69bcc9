import { publish, subscribe } from "../client.js";

const server = new URL("..", location);
const users = ["Ann", "Bob", "Cleo"];
const asked = new URLSearchParams(location.search).get("user");
const user = users.includes(asked) ? asked : users[0];
const private_of = (name) => `private ${name}`;
const find = (id) => document.getElementById(id);
const shown_max = 200;

find("user").textContent = user;
document.title = `longpolld: ${user}`;
for (const name of users) {
  find("to").append(new Option(name === user ? "only me" : `only ${name}`, name));
  if (name === user) continue;
  const link = document.createElement("a");
  Object.assign(link, { href: `?user=${name}`, target: name, textContent: name });
  find("others").append(link, " ");
}

subscribe(server, ["public", private_of(user)], {
  sinceTime: 0,
  onEvent({ category, data, timestamp }) {
    const line = document.createElement("li");
    const time = document.createElement("time");
    const kind = document.createElement("b");
    const text = document.createElement("span");
    time.textContent = new Date(timestamp).toLocaleTimeString();
    kind.textContent = category === "public" ? "public" : "private";
    kind.className = kind.textContent;
    text.textContent = `${data.user === user ? "you" : data.user} ${data.text}`;
    line.append(time, kind, text);
    find("events").prepend(line);
    find("events").children[shown_max]?.remove();
    find("empty").hidden = true;
  },
  onState(state, problem) {
    find("state").textContent = problem ? `${state}: ${problem.message}` : "waiting for events";
    find("state").className = problem ? "" : "waiting";
  },
});

find("publish").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const to = find("to").value;
  try {
    await publish(server, { category: to ? private_of(to) : "public", data: { user, text: find("text").value } });
    find("published").textContent = `published for ${to || "everyone"}`;
  } catch (problem) {
    find("published").textContent = `not published: ${problem.message}`;
  }
});
