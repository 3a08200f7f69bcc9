import { publish, subscribe } from "../client.js";
import { find, make, onPublish, patience, server, showGap, showLine, showState } from "./page.js";

const users = ["Ann", "Bob", "Cleo"];
const asked = new URLSearchParams(location.search).get("user");
const user = users.includes(asked) ? asked : users[0];
const privateOf = (name) => `private ${name}`;

find("user").textContent = user;
document.title = `longpolld: messages of ${user}`;
for (const name of users) {
  find("to").append(new Option(name === user ? "only me" : `only ${name}`, name));
  if (name !== user) {
    find("others").append(make("a", { className: "button", href: `?user=${name}`, target: name, textContent: name }));
  }
}

subscribe(server, ["public", privateOf(user)], {
  sinceTime: 0,
  timeout: patience,
  pauseHidden: true,
  onEvent({ category, data, timestamp }) {
    showLine(timestamp, `${data.user === user ? "you" : data.user} ${data.text}`,
      category === "public" ? "public" : "private");
  },
  onGap: showGap,
  onState: showState,
});

onPublish(find("publish"), async () => {
  const to = find("to").value;
  await publish(server, { category: to ? privateOf(to) : "public", data: { user, text: find("text").value } });
  return `published for ${to || "everyone"}`;
});
