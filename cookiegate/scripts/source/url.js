// The URLs of what waits.
import { own } from "./native.js";

/** Return the URL in an attribute where it is one to fetch; a sanitizer may let `data-src` through unseen. */
export const urlIn = (element, name) => {
  const text = element.getAttribute(`data-${name}`);
  if (text == null || name === "srcset") return text;
  try {
    return /^https?:$/.test(new URL(text, own("baseURI")).protocol) ? text : null;
  } catch {
    return null;
  }
};

/** Return the origin of a URL; undefined for a text that is none. */
export const originOf = (text) => {
  try {
    return new URL(text, own("baseURI")).origin;
  } catch { /* nothing can be fetched from it */ }
};
