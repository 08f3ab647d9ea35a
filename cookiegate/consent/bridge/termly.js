// Writes the choice made with Termly into cookiegate's own cookie; see docs/consent.md. Goes before its script.
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

  // https://support.termly.io/en/articles/9674733
  when(() => window.Termly && window.Termly.on && window.Termly, (termly) => {
    const read = (how) => (event) => {
      const state = (event && event.consentState) || (termly.getConsentState && termly.getConsentState());
      if (state) write(state, how);
    };
    termly.on("initialized", read("renew")); // its state before a choice may be a default
    termly.on("consent", read("chosen"));
    read("renew")();
  });
})();
