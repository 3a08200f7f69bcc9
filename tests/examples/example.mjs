const server = "http://127.0.0.1:8080";
const event = { category: "farm", data: { pig: "oink" } };
await fetch(`${server}/publish`, { method: "POST", body: JSON.stringify(event) });
for (let cursor = ""; ;) {
  try {
    const query = new URLSearchParams({ category: "farm", since_time: 0, cursor });
    // In a browser no-store lets two tabs with the same question ask at the same time.
    const reply = await fetch(`${server}/events?${query}`, { cache: "no-store" });
    if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
    const { events = [], cursor: next } = await reply.json();
    cursor = next;
    for (const { data } of events) console.log(data);
  } catch (problem) {
    console.error(problem.message);
    await new Promise((after) => setTimeout(after, 1000));
  }
}
