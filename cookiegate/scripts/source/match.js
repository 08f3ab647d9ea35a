// Which rule holds for a name. The order is that of cookiegate/registry/registry.py, and a shared file of vectors and a
// property test hold the two together: exact, a numbered part of an exact name, longest prefix, pattern, its parts.
import { CATEGORY, CHUNKS, NAME } from "./rows.js";

const PREFIX = "^__(?:Host-Http|Host|Secure|Http)-";
const CHUNK = "C[1-9]\\d?$"; // ASP.NET Core splits a long cookie into NameC1, NameC2, ...

/**
 * File rules under names with `*`: `abc` is exact, `abc*` a prefix, `a*c` a pattern. `entries`: from name to rule.
 * Returns a function from a name to [rule, the rule if the name is exactly its own].
 */
const index = (entries, fold) => {
  const exact = new Map(), prefixes = [], patterns = [], separators = new Set();
  for (const [name, rule] of [...entries].sort(([a], [b]) => b.length - a.length)) {
    const star = name.indexOf("*");
    if (star < 0) exact.set(name, rule);
    else (star === name.length - 1 ? prefixes : patterns).push([name.split("*"), rule]);
    for (const one of rule[CHUNKS]) separators.add(fold(one));
  }
  patterns.sort(([[a]], [[b]]) => b.length - a.length);
  const sorted = [...separators].sort((a, b) => a.length - b.length);
  const prefix = RegExp(fold(PREFIX));
  const chunk = RegExp(fold(CHUNK));

  /** Return each name whose numbered part this may be, the longest first, and the separator that was cut off. */
  const bases = (name) => {
    const stem = name.replace(/\d\d?$/, "");
    return sorted
      .filter((one) => /\D(\d|[1-9]\d)$/.test(name) && stem.length > one.length && stem.endsWith(one))
      .map((one) => [stem.slice(0, -one.length), one]);
  };
  const known = (name) => exact.get(name);
  const inside = (list) => (name) => list.find(([parts]) => fits(parts, name))?.[1];
  const pattern = inside(patterns);

  return (name) => {
    const keys = [...new Set([name, name.replace(prefix, "")])];
    const parts = keys.flatMap(bases);
    const first = (find) => keys.map(find).find((rule) => rule);
    const part = (find) => {
      for (const [base, separator] of parts) {
        const rule = find(base);
        if (rule?.[CHUNKS].some((one) => fold(one) === separator)) return rule;
      }
    };
    const own = first(known);
    return [own || part(known) || first(inside(prefixes)) || first(pattern) || part(pattern) ||
      first((key) => chunk.test(key) && known(key.replace(chunk, ""))), own];
  };
};

/** Tell whether the parts are in the name in this order, each taken where it first is. */
const fits = (parts, name) => {
  const last = parts.length - 1;
  const stop = name.length - parts[last].length;
  let at = parts[0].length;
  if (at > stop || !name.startsWith(parts[0]) || !name.endsWith(parts[last])) return;
  for (let number = 1; number < last; number++) {
    const found = name.indexOf(parts[number], at);
    at = found + parts[number].length;
    if (found < 0 || at > stop) return;
  }
  return true;
};

/**
 * Return a function from a name to [rule, refusing]: the rule that may let the cookie through, found by the name as it
 * is, and the one that may only refuse it, found when upper and lower case count alike.
 */
export const matcher = (rules) => {
  const folded = new Map();
  for (const rule of rules) {
    const key = rule[NAME].toLowerCase();
    if (!folded.get(key)?.[CATEGORY]) folded.set(key, rule); // of two, the one that can refuse
  }
  const asWritten = index(rules.map((rule) => [rule[NAME], rule]), (text) => text);
  const anyCase = index(folded, (text) => text.toLowerCase());
  return (name) => {
    const [rule, own] = asWritten(name);
    if (own) return [own];
    const [refusing] = anyCase(name.toLowerCase());
    return [rule, refusing?.[CATEGORY] && refusing];
  };
};
