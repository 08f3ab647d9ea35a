// Writes the choice made with Usercentrics v3 into cookiegate's own cookie; see docs/consent.md. Goes before its script.
(() => {
  "use strict";
  const data = document.currentScript ? document.currentScript.dataset : {};
  const cookie = data.cookie || "cookiegate_consent";
  const usual = {
    preferences: "personalization functional preferences performance",
    statistics: "analytics statistics",
    marketing: "marketing advertising social_networking",
  };

  // how: "chosen" just now; "found" on load; "renew": as found, but never grants more.
  function write(state, how) {
    const pair = document.cookie.split("; ").find((each) => each.startsWith(cookie + "="));
    const stored = new URLSearchParams(pair ? pair.slice(cookie.length + 1) : "");
    const old = stored.get("v") === "1" ? stored : new URLSearchParams();
    const before = (old.get("c") || "").split(".");
    if (how === "renew" && !old.has("c")) return;
    const known = new Map(Object.entries(state).map(([name, on]) => [name.toLowerCase(), on === true]));
    const c = Object.keys(usual).filter((category) => {
      const text = category in data ? data[category] : usual[category];
      const names = text.toLowerCase().split(/[\s,]+/).filter((name) => known.has(name));
      return names.length && names.every((name) => known.get(name)) && (how !== "renew" || before.includes(category));
    }).join(".");
    const keep = how === "renew" || (how === "found" && old.get("c") === c);
    const fields = new URLSearchParams({ v: 1, c, t: (keep && old.get("t")) || Math.floor(Date.now() / 1000) });
    const revision = keep ? old.get("r") : data.revision;
    if (revision) fields.set("r", revision);
    fields.set("id", old.get("id") || crypto.getRandomValues(new Uint32Array(3)).join("-"));
    document.cookie = `${cookie}=${fields}; Path=/; Max-Age=15552000; SameSite=Lax` +
      (location.protocol === "https:" ? "; Secure" : "") + (data.domain ? `; Domain=${data.domain}` : "");
  }

  // Waits a minute for the platform's script.
  function when(find, start, left = 240) {
    if (find()) start(find());
    else if (left) setTimeout(when, 250, find, start, left - 1);
  }
  // end of what the scripts share

  // https://usercentrics.com/docs/web/ (UC_CONSENT, __ucCmp)
  const read = (event) => Promise.resolve(window.__ucCmp && window.__ucCmp.getConsentDetails()).then((all) => {
    if (!all || !all.consent || all.consent.type !== "EXPLICIT") return;
    const acted = event.type === "UC_UI_CMP_EVENT" && /ACCEPT|DENY|SAVE/.test((event.detail || {}).type);
    const states = Object.entries(all.categories || {}).map(([name, { state }]) => [name, state === "ALL_ACCEPTED"]);
    write(Object.fromEntries(states), acted ? "chosen" : "found");
  }).catch(() => {});
  ["UC_UI_INITIALIZED", "UC_CONSENT", "UC_UI_CMP_EVENT"].forEach((name) => addEventListener(name, read));
  when(() => window.__ucCmp, read);
})();
