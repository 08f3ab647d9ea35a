// What the visitor allows, as this page's first script can know it: from its own tag, else from our own consent cookie,
// read as cookiegate/consent/own.py and terms.py do, else nothing until the API has answered.

import { attempt } from "./attempt.js";
import { HEEDS_DO_NOT_TRACK, HEEDS_PRIVACY_CONTROL } from "./rows.js";

const DAY_S = 86400;
const MOST_FIELDS = 16;

/** Read `data-state`: granted categories, `chosen`, and `until=` in seconds. */
const stated = (text) => ({ granted: text.split(" "), until: /until=(\d+)/.exec(text)?.[1] });

/** Read one value of the consent cookie; undefined for what is broken in any way, or does not count. */
const parsed = (value, { lifetime, revision }) => {
  const fields = {};
  const pairs = value.split("&");
  for (const pair of pairs) {
    const [key, text, more] = pair.split("=").map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    if (text == null || more != null || key in fields) return;
    fields[key] = text;
  }
  const { v, c, t, r = "" } = fields;
  if (
    /^[\w&=%+.*~-]{1,1024}$/.test(value) && !pairs[MOST_FIELDS] && v === "1" && /^\d{1,12}$/.test(t) &&
    (revision == null || r === revision) && Date.now() / 1000 >= t - DAY_S
  ) return { granted: c.split("."), until: +t + lifetime };
};

/** Find the consent in the cookies that the page can read; several of them grant nothing. */
const owned = (jar, { consent, byDefault }) => {
  const [, value, another] = `; ${jar}`.split(`; ${consent.name}=`);
  if (value == null) return byDefault && { granted: byDefault };
  return (another == null && attempt(() => parsed(value.split(";")[0], consent))) || { granted: [] };
};

/** Return what is known of the consent at once; undefined: the API must be asked. `said`: `data-state`. */
export const knownConsent = (said, jar, gate) => (said != null ? stated(said) : gate.consent ? owned(jar(), gate) : undefined);

/** Tell whether the visitor allows a category now. */
export const allowed = (state, category, gate) => {
  const tracks = gate.flags & HEEDS_DO_NOT_TRACK && navigator.doNotTrack === "1";
  const sells = gate.flags & HEEDS_PRIVACY_CONTROL && navigator.globalPrivacyControl;
  return category === "necessary" || (state?.granted.includes(category) && !(state.until <= Date.now() / 1000) &&
    !(tracks && category !== "preferences") && !(sells && category === "marketing"));
};
