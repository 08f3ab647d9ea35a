// What waits for consent: scripts, frames, images and links with `data-cookiegate`, in the order of the document.
import { attempt } from "./attempt.js";
import { makeFrames } from "./frame.js";
import { attribute, call, own, send, tagOf } from "./native.js";
import { CATEGORIES, WAITING } from "./rows.js";
import { originOf, urlIn } from "./url.js";

const SOURCES = new Map([["img", ["srcset", "src"]], ["link", ["href"]]]);

const PATIENCE_MS = 10000; // a script that the page put in by innerHTML never runs, and never says so
let isStarted;

export const start = (page) => {
  if (isStarted) return; // the page has the guard's tag twice
  isStarted = true;
  const { allows, guardTag, listen } = page;
  const nonce = guardTag?.nonce;
  const frames = makeFrames(page);
  const seen = new Set();
  const queue = [];
  let isRunning;

  const granted = CATEGORIES.filter(allows); // at the page's start
  const started = new Map(); // categories by origin

  const wanted = (element) => attribute(element, "data-cookiegate");

  const note = (element, url) => {
    if (url != null) started.set(originOf(url), wanted(element));
  };

  /** Let a script run in its own place. Resolves when the next one may: a fetched one first, unless it is async. */
  const run = (script) => new Promise((resolve) => {
    const place = call("createComment", "");
    script.replaceWith(place);
    script.type = script.dataset.type || "text/javascript";
    note(script, script.getAttribute("src"));
    const isAsync = script.hasAttribute("async");
    script.async = isAsync; // one that the parser skipped would be async otherwise
    script.addEventListener("load", resolve, { once: true });
    script.addEventListener("error", resolve, { once: true });
    setTimeout(resolve, PATIENCE_MS);
    place.replaceWith(script);
    if (isAsync || !script.hasAttribute("src")) resolve(); // an inline one fires no event
  });

  const drain = async () => {
    if (isRunning) return;
    isRunning = true;
    for (let at = 0; at < queue.length; ) {
      const script = queue[at];
      if (allows(wanted(script))) {
        queue.splice(at, 1);
        // Only a script of the site's own has its nonce: markup that was smuggled in does not.
        if (script.isConnected && (!nonce || script.nonce === nonce)) await run(script).catch(() => {});
        at = 0; // what was allowed meanwhile comes in its order
      } else at++;
    }
    isRunning = false;
  };

  const fill = (element) => {
    for (const name of SOURCES.get(tagOf(element))) {
      const url = urlIn(element, name);
      if (url == null) continue;
      note(element, name === "srcset" ? url.trim().split(/\s/)[0] : url);
      element.setAttribute(name, url);
    }
  };

  /** Take up an element, once it may start, or waits in a list of its own. */
  const take = (element) => {
    const category = wanted(element);
    const kind = tagOf(element);
    if (SOURCES.has(kind) && CATEGORIES.includes(category) && !allows(category)) return;
    seen.add(element);
    if (!CATEGORIES.includes(category)) {
      console.warn(`cookiegate: data-cookiegate=${JSON.stringify(category)}: use one of ${CATEGORIES.join(", ")}`);
    } else if (kind === "script") {
      if (element.type === "text/plain") queue.push(element);
    } else if (kind === "iframe") {
      note(element, urlIn(element, "src"));
      frames.add(element, category);
    } else if (SOURCES.has(kind)) fill(element);
  };

  const look = (isChange) => {
    for (const element of call("querySelectorAll", WAITING)) {
      if (!seen.has(element)) attempt(() => take(element)); // one that can't be taken up keeps no other waiting
    }
    frames.update(isChange === true);
    drain();
  };

  // The page's policy is of the time when it was asked for: what was granted since starts with the next page.
  call("addEventListener", "securitypolicyviolation", ({ blockedURI, disposition }) => {
    const origin = originOf(blockedURI);
    const category = started.get(origin);
    if (!category || disposition !== "enforce") return;
    frames.block(origin);
    if (!allows(category) || granted.includes(category)) return;
    console.warn(`cookiegate: ${origin} is blocked by the Content-Security-Policy of this page; it starts with the next`);
    send("blocked", { category, origin });
  });

  listen(() => look(true));
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  // Before, a script may be there whose text is not.
  if (own("readyState") === "loading") call("addEventListener", "DOMContentLoaded", look);
  else look();
};
