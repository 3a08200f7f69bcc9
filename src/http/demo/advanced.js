import { publish, subscribe } from "../client.js";
import { find, show_event, show_state } from "./page.js";

const server = new URL("..", location);
const users = ["Ann", "Bob", "Cleo"];
const asked = new URLSearchParams(location.search).get("user");
const user = users.includes(asked) ? asked : users[0];
const private_of = (name) => `private ${name}`;

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
    show_event(timestamp, category === "public" ? "public" : "private",
      `${data.user === user ? "you" : data.user} ${data.text}`);
  },
  onState: show_state,
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
