// A React hook: the newest events of some categories, oldest first, and how the connection stands.
//   const { events, state } = useEvents("http://127.0.0.1:8080", ["farm", "weather"]);
import { useEffect, useState } from "react";
import { subscribe } from "longpolld-client"; // src/web, or the server's own /client.js

export function useEvents(server, categories, keep = 100) {
  const [events, setEvents] = useState([]);
  const [state, setState] = useState("connecting");
  const named = JSON.stringify(categories); // an array that a component writes is a new one at each rendering
  useEffect(() => {
    setEvents([]);
    setState("connecting");
    const subscription = subscribe(server, JSON.parse(named), {
      sinceTime: 0, // what is kept, then what comes
      onEvent: (event) => setEvents((before) => [...before, event].slice(-keep)),
      onState: (now) => setState(now),
    });
    return () => subscription.stop();
  }, [server, named, keep]);
  return { events, state };
}
