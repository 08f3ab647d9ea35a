// Refused IndexedDB databases: they go. A page can only ask for their names and wait, so that the guard does not know them;
// the companion fetches this module where the registry declares one. A database's name has no prefix and no parts, and
// upper case is not lower case: nothing is deleted that no rule names to the letter.
import { CATEGORIES, CATEGORY, CLEARS, FLAGS, NAME, ONLY_REPORTS, REPORT_ONLY } from "./rows.js";

/** Tell whether a rule's name, with its `*`, is that of a database. */
const names = (pattern, name) => {
  const parts = pattern.split("*");
  let at = parts[0].length;
  if (parts.length === 1) return pattern === name;
  const last = parts.pop();
  if (!name.startsWith(parts[0]) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  for (const part of parts.slice(1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
};

/** Return the rule of a database: an exact one, else the longest prefix, else the longest pattern. */
const ruleOf = (rules, name) => {
  const rank = ([text]) => (text.includes("*") ? (text.indexOf("*") === text.length - 1 ? 1 : 2) : 0);
  const fitting = rules.filter(([text]) => names(text, name));
  return fitting.sort((a, b) => rank(a) - rank(b) || b[NAME].length - a[NAME].length)[0];
};

export const clear = async ({ gate, allows }) => {
  if (!(gate.flags & CLEARS) || gate.flags & ONLY_REPORTS) return;
  const rules = gate.indexeddb.map((row) => gate.usual.map((value, place) => row[place] ?? value));
  for (const { name } of await indexedDB.databases()) {
    const rule = ruleOf(rules, name);
    const isRefused = rule && CATEGORIES[rule[CATEGORY]] && !allows(CATEGORIES[rule[CATEGORY]]);
    if (isRefused && !(rule[FLAGS] & REPORT_ONLY)) indexedDB.deleteDatabase(name); // once the page's connections are closed
  }
};
