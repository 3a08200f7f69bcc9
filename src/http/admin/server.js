// What the page asks of its server. Addresses are relative to the page, so that it works below any path of a proxy;
// without what the address may have before its host, with which fetch refuses it.
const here = new URL(".", location.origin + location.pathname);

/** What a path answers; throws an Error with the server's own words, and its `status` when there was an answer. */
export async function ask(path, method = "GET", seconds = 8) {
  const reply = await fetch(new URL(path, here), { method, cache: "no-store", signal: AbortSignal.timeout(seconds * 1000) });
  const refused = (words) => Object.assign(new Error(words), { status: reply.status });
  const text = await reply.text();
  let answer;
  try { answer = JSON.parse(text); } catch {
    throw refused(reply.ok ? "what answers is not longpolld" : `${reply.status} ${reply.statusText}`);
  }
  if (!reply.ok) throw refused(answer.error ?? `${reply.status} ${reply.statusText}`);
  return answer;
}

let last = Promise.resolve();

/** A GET that waits for the one before: there is never more than one under way. */
export function read(path) {
  const mine = last.then(() => ask(path));
  last = mine.catch(() => {});
  return mine;
}

const bell = new EventTarget();
/** Ends pauses, where something is worth a look. */
export const hurry = () => bell.dispatchEvent(new Event("ring"));
addEventListener("online", hurry);

/** Until some time has passed or somebody says `hurry`, and for as long as nobody sees the page. */
export async function pause(ms) {
  const heard = new AbortController();
  await new Promise((over) => {
    const timer = setTimeout(over, ms);
    bell.addEventListener("ring", () => { clearTimeout(timer); over(); }, { signal: heard.signal });
  });
  heard.abort();
  while (document.hidden) {
    await new Promise((shown) => document.addEventListener("visibilitychange", shown, { once: true }));
  }
}
