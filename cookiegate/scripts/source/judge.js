// What the registry and the visitor's consent say of a name.
import { attempt } from "./attempt.js";
import { matcher } from "./match.js";
import {
  CATEGORIES, CATEGORY, CHUNKS, COOKIES, DROPS_UNREGISTERED, FLAGS, KINDS, LEFT_ALONE, NAME, ONLY_REPORTS, REPORT_ONLY,
} from "./rows.js";

const NEVER = 4; // no category: nobody grants it

/**
 * Return a function that judges a name: `{ isBarred, isFine, isEnforced, ruling, objection }`. `objection`: the rule that is
 * not granted. Where `isEnforced` is false, what is written is left as it is. A rule that can't be read allows nothing, and
 * names that no rule knows are refused then. If anything else can't be read, all names are.
 */
export const makeJudge = (gate, allows) => {
  const { usual = [] } = gate;
  const match = {};
  let isBroken = true;
  attempt(() => {
    let isPartial;
    for (const kind of [...KINDS, LEFT_ALONE]) {
      const rules = [];
      for (const row of gate[kind]) {
        const rule = attempt(() => {
          row[CHUNKS]?.map((one) => one.trim()); // throws where one is no text
          return row[NAME] && CATEGORIES[row[CATEGORY] || 0] &&
            row.every((value, place) => typeof value === typeof usual[place]) && usual.map((value, place) => row[place] ?? value);
        });
        rules.push(rule || [`${row?.[NAME]}`, NEVER, ...usual.slice(2)]);
        isPartial ||= !rule;
      }
      // A site that names no key of a storage does not declare that storage: its keys are left alone.
      if (kind === COOKIES || rules[0]) match[kind] = matcher(rules);
    }
    isBroken = isPartial;
  });
  return (kind, name) => {
    const [rule, refusing] = match[kind]?.(name) || [];
    const objection = [rule, refusing].find((one) => one && !allows(CATEGORIES[one[CATEGORY]]));
    const isKnown = rule || (!match[kind] && !isBroken) || gate.consentNames?.some((start) => name.startsWith(start));
    const isEnforced = !(gate.flags & ONLY_REPORTS) && !((objection || rule)?.[FLAGS] & REPORT_ONLY) &&
      !(kind === COOKIES && match[LEFT_ALONE]?.(name)[0]?.[CATEGORY] < NEVER);
    const isBarred = isEnforced && (objection || (!isKnown && (gate.flags & DROPS_UNREGISTERED || isBroken)));
    return { isBarred, isFine: isKnown && !objection, isEnforced, ruling: rule || objection || [name, ...usual.slice(1)], objection };
  };
};
