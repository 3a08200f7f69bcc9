// One poll for all tabs: whoever holds the lock polls and tells the others every reply.
export function join(key, at, poll) {
  const channel = new BroadcastChannel(key);
  const left = new AbortController();
  const { signal } = left;
  const heard = [];
  let leads, wake;
  const end = new Promise((over) => signal.addEventListener("abort", over));
  // Where the leader stands, so that a tab that is behind learns of it at once.
  const tell = () => {
    const from = [...at.values()];
    channel.postMessage({ names: [...at.keys()], from, to: from });
  };
  channel.onmessage = ({ data }) => {
    // The server still has the oldest.
    if (data) { if (heard.push(data) > 9) heard.shift(); wake?.(); } else if (leads) tell();
  };
  navigator.locks.request(key, { signal }, () => { leads = true; tell(); wake?.(); return end; }).catch(() => {});
  channel.postMessage(0);

  // Within a category ids sort in the order of publishing; a timeout's suffix does not count.
  const isBefore = (a, b) => a?.split("~")[0] < b?.split("~")[0];

  // A reply may begin elsewhere than this tab stands.
  function unseen(reply) {
    const { names, from, to, events = [], gap } = reply;
    const known = new Map(at);
    const isNew = (name, id) => !isBefore(from[names.indexOf(name)], known.get(name)) || isBefore(known.get(name), id);
    return {
      ...reply,
      from: names.map((name) => known.get(name)),
      to: to.map((id, i) => (isNew(names[i], id) ? id : known.get(names[i]))),
      events: events.filter(({ category, id }) => isNew(category, id)),
      gap: gap?.filter((name) => isNew(name, to[names.indexOf(name)])),
    };
  }

  async function next() {
    while (!signal.aborted) {
      const { names, from } = heard[0] ?? {};
      // A reply was missed: the server still has it.
      if (names?.some((name, i) => isBefore(at.get(name), from[i]))) return poll();
      if (names) return unseen(heard.shift());
      if (leads) {
        const reply = await poll();
        if (!reply || signal.aborted) return reply;
        channel.postMessage(reply);
        return unseen(reply);
      }
      await new Promise((over) => { wake = over; });
    }
  }

  return { next, leave() { left.abort(); channel.close(); wake?.(); } };
}
