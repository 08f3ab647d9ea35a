// Refused cookies and storage keys that scripts can see: they go, from every path and domain on which they can be.
import { attempt } from "./attempt.js";
import { CLEARS, COOKIES } from "./rows.js";

const SLICE_MS = 4; // in between, the main thread is free
const LONG_AGO = "; max-age=0; expires=Thu, 01 Jan 1970 00:00:00 GMT";

/** Return every Domain attribute that reaches a cookie of this page; browsers refuse those of public suffixes. */
const domains = ({ hostname }) => {
  const found = [""];
  if (/^[\d.]+$|:/.test(hostname)) return found; // an address has no levels
  for (let rest = hostname; rest; rest = rest.slice(rest.indexOf(".") + 1)) {
    found.push(`; domain=${rest}`);
    if (!rest.includes(".")) break;
  }
  return found;
};

/** Return every Path attribute that reaches a cookie of this page, the usual one first. */
const paths = ({ pathname }) => {
  const found = new Set(["/"]);
  for (let at = 1; at <= pathname.length; at++) {
    if (pathname[at] === "/" || at === pathname.length) {
      found.add(pathname.slice(0, at));
      if (at < pathname.length) found.add(pathname.slice(0, at + 1));
    }
  }
  return [...found];
};

/** Yield the deletions of what is refused. */
function* deletions(refused) {
  const ends = location.protocol === "https:" ? [] : [""];
  if (isSecureContext) ends.push("; secure", "; secure; samesite=none; partitioned");
  for (const path of paths(location)) {
    const names = refused(); // what is still there: mostly nothing after the first path
    if (!names.length) return;
    for (const name of names) {
      for (const domain of domains(location)) {
        for (const end of ends) yield `${name}=; path=${path}${domain}${end}${LONG_AGO}`;
      }
    }
  }
}

/** Return a function that clears what is refused now. */
export const clearer = (page) => {
  const { gate, native } = page;
  const refused = () => [...new Set(page.refused(COOKIES))];
  let rest;

  const go = () => {
    const end = performance.now() + SLICE_MS;
    for (let next; !(next = rest.next()).done; ) {
      native.set.call(document, next.value);
      if (performance.now() > end) {
        setTimeout(go);
        return;
      }
    }
    rest = undefined;
  };

  return () => {
    if (!(gate.flags & CLEARS)) return;
    attempt(() => { // a sandboxed page has no cookies, and no storage
      const isGoing = rest;
      rest = deletions(refused);
      if (!isGoing) go();
    });
    for (const kind of ["local", "session"]) {
      attempt(() => {
        const storage = window[`${kind}Storage`];
        for (const key of page.refused(kind)) storage.removeItem(key);
      });
    }
  };
};
