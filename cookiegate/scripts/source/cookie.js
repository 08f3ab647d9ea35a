// A cookie as a script writes it, read as browsers read it, and written anew. Source: RFC 6265bis §5.1.1 and §5.6.
import { AS_SENT, FLAGS, HOST_ONLY, LIFETIME, PARTITIONED, SAME_SITE, SECURE, SECURE_ON_HTTPS } from "./rows.js";

const LONGEST = 9999; // browsers take 4,096 octets of name and value, and 1,024 of an attribute: the rest is padding
const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
const SAME_SITES = ["none", "lax", "strict"]; // in the order of SAME_SITE, whose first is 1

const halves = (text) => {
  const at = text.indexOf("=");
  return (at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]).map((half) => half.trim());
};

/** Read the date of an Expires attribute, in milliseconds; NaN for what is none. */
const dateOf = (text) => {
  let time, day, month, year;
  for (const token of text.toLowerCase().split(/[\t -/;-@[-`{-~]+/)) {
    const at = MONTHS.indexOf(token.slice(0, 3));
    const number = parseInt(token);
    if (!time && /^\d\d?:\d\d?:\d\d?(\D|$)/.test(token)) time = token.split(":").map((part) => parseInt(part));
    else if (day == null && /^\d\d?(\D|$)/.test(token)) day = number;
    else if (month == null && token[2] && at % 3 === 0) month = at / 3;
    else if (year == null && /^\d{2,4}(\D|$)/.test(token)) year = number;
  }
  if (year < 100) year += year < 70 ? 2000 : 1900;
  return day > 0 && day < 32 && year > 1600 && time?.every((part, place) => part < (place ? 60 : 24)) ?
    Date.UTC(year, month, day, ...time) : NaN;
};

/** Read what a script writes; undefined for what browsers refuse, or read in different ways. */
export const read = (text) => {
  if (text.length > LONGEST || /[\0-\x08\n-\x1F\x7F]/.test(text)) return; // control characters
  const [[left, right], ...attributes] = text.split(";").map(halves);
  const said = { __proto__: null };
  if ((left + right).includes("\t")) return;
  for (const [key, value = ""] of attributes) {
    const lower = key.toLowerCase();
    if (lower === "max-age" ? /^-?\d+$/.test(value) : lower !== "expires" || dateOf(value) > -Infinity) said[lower] = value;
  }
  const { expires, "max-age": age } = said;
  return {
    name: right == null ? "" : left,
    value: right ?? left,
    said,
    // Seconds that are left; undefined: until the browser session ends.
    left_s: age ? +age : expires && Math.ceil((dateOf(expires) - Date.now()) / 1000),
  };
};

/** Return the lifetime that a rule leaves, in seconds; undefined: the browser session. */
export const lifetime = (left_s, rule) => {
  const limit = rule[LIFETIME];
  return left_s == null || !limit ? undefined : limit < 0 ? left_s : Math.min(left_s, limit);
};

/**
 * Write a cookie as it may be stored: with Secure and SameSite where they are missing, and no longer than allowed. A
 * deletion is written without its value, so that nothing gets through that merely looks like one.
 */
export const enforced = ({ name, value, said, left_s }, rule) => {
  const flags = rule[FLAGS];
  const isDeletion = left_s <= 0;
  const attributes = { ...said, expires: null, "max-age": isDeletion ? 0 : lifetime(left_s, rule) };
  let sameSite = SAME_SITES.indexOf(said.samesite?.toLowerCase()) + 1;
  let { secure, partitioned } = said; // undefined, or text that does not matter
  if (!(flags & AS_SENT)) {
    if (flags & PARTITIONED) partitioned = "";
    if (partitioned != null || flags & SECURE || (flags & SECURE_ON_HTTPS && location.protocol === "https:")) secure = "";
    if (flags & HOST_ONLY) attributes.domain = null;
    if (!isDeletion) {
      const wish = flags & SAME_SITE;
      sameSite = wish > 3 ? Math.max(sameSite || 2, wish - 3) : wish || sameSite;
      if (sameSite === 1 && secure == null) sameSite = 2;
    }
  }
  let text = `${name}=${isDeletion ? "" : value}`;
  attributes.samesite = SAME_SITES[sameSite - 1];
  attributes.secure = secure;
  attributes.partitioned = partitioned;
  for (const key in attributes) if (attributes[key] != null) text += `; ${key}=${attributes[key]}`;
  return text;
};
