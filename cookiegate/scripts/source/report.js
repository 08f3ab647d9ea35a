// What scripts tried: an event for the page, and words in the console for names that no rule knows, or for everything in
// debug mode. Each name once.
import { send } from "./native.js";
import { DEBUGS, NAME } from "./rows.js";

const MOST_KNOWN = 999;
const PLACES = { cookies: "cookie", local: "localStorage key", session: "sessionStorage key" };

export const makeReporter = ({ told, gate }) => {
  const known = new Set();
  return () => {
    for (const { kind, name, objection, isBarred } of told.splice(0)) {
      const key = `${kind} ${name} ${objection?.[NAME]}`;
      if (known.has(key) || known.size > MOST_KNOWN) continue;
      known.add(key);
      const reason = objection ? "not-granted" : "unregistered";
      const detail = { kind, name, reason, rule: objection?.[NAME] ?? null, isRefused: Boolean(isBarred) };
      if (gate.flags & DEBUGS || !objection) {
        const why = objection ? `not granted (rule ${detail.rule})` : "no rule knows it";
        console.warn(`cookiegate: ${PLACES[kind]} ${name}: ${why}: ${isBarred ? "refused" : "reported"}`);
      }
      send("report", detail);
    }
  };
};
