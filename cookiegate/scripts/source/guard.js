// The first script of a page: what scripts write obeys the registry and the visitor's consent. Law: whatever goes wrong,
// refused stays refused, a deletion passes, and no exception of ours reaches the page. What few pages need is in
// companion.js, which is fetched when there is something for it to do.
import { attempt } from "./attempt.js";
import { allowed, knownConsent } from "./consent.js";
import { makeJudge } from "./judge.js";
import { CATEGORIES, CLEARS, COOKIES, KINDS, WAITING } from "./rows.js";
import { guardWrites } from "./writes.js";

const MOST_TOLD = 999;
const { matches, querySelector } = Element.prototype; // a form may have fields of those names
const { cookie: native, currentScript } = Object.getOwnPropertyDescriptors(Document.prototype);
const tag = currentScript?.get.call(document); // `document.currentScript` may be an image of that name
const readJar = () => native.get.call(document);
const gate = attempt(() => JSON.parse("@rules@")) || {};
let isFetched;
const fetchCompanion = () => {
  isFetched ||= import(page.base + gate.companion).then((companion) => companion.start(page)).catch(() => {});
};
const page = {
  base: tag?.src.replace(/\/[^/]*$/, ""),
  gate,
  guardTag: tag,
  told: [], // what there is to report
  readJar,
  native,
  allows: (category) => allowed(page.consented, category, gate),
  /** Read the consent anew; undefined where the API must be asked. */
  findConsent: (said) => knownConsent(said, readJar, gate),
  /** Return the names that are there and refused; what no rule knows is left alone. */
  refused: (kind) => attempt(() => gate[kind][0] && (kind === COOKIES ? readJar().split("; ").map((pair) => pair.split("=")[0]) :
    Object.keys(window[`${kind}Storage`])).filter((name) => {
    const { isBarred, objection } = page.judge(kind, name);
    return isBarred && objection;
  })) || [],
  // What the companion does; until it is there, that it is fetched.
  tell: fetchCompanion,
  change: fetchCompanion,
  wait: fetchCompanion,
};
page.judge = makeJudge(gate, page.allows);

attempt(() => guardWrites((kind, name, isDeletion) => {
  const verdict = page.judge(kind, name);
  if (!isDeletion && !verdict.isFine && page.told.length < MOST_TOLD) {
    page.told.push({ kind, name, ...verdict });
    page.tell();
  }
  return verdict;
}, gate, native));

// An event that anyone can send only takes away; the companion finds out what is true.
const hear = ({ detail, persisted, type }) => {
  // Of a page that is shown, only one that comes back; of one that is looked at again, what can be read at once.
  if (!(persisted ?? (type[10] === ":" || gate.consent))) return;
  attempt(() => {
    const { granted } = detail || page.findConsent();
    if (CATEGORIES.every((one, place) => !place || page.allows(one) === granted.includes(one))) type = "";
    if (detail) page.consented.granted = page.consented.granted.filter((one) => granted.includes(one));
  });
  if (!type) return;
  page.stale = 1; // for a companion that comes later
  page.change();
};
for (const type of ["cookiegate:change", "cookiegate:check", "pageshow", "visibilitychange"]) addEventListener(type, hear, 1);

(page.observer = new MutationObserver((records) => {
  for (const { addedNodes } of records) {
    for (const node of addedNodes) if (node.matches && (matches.call(node, WAITING) || querySelector.call(node, WAITING))) page.wait();
  }
})).observe(document, { childList: 1, subtree: 1 });

page.consented = page.findConsent(tag?.dataset.state);
if (!page.consented || gate.databases || (gate.flags & CLEARS && KINDS.some((kind) => page.refused(kind)[0]))) fetchCompanion();
