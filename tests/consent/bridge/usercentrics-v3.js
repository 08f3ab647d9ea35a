// Writes the choice made with Usercentrics v3 into cookiegate's own cookie; see docs/consent.md. Goes before its script.

// https://usercentrics.com/docs/web/ (UC_CONSENT, __ucCmp)
const read = (event) => Promise.resolve(window.__ucCmp && window.__ucCmp.getConsentDetails()).then((all) => {
  if (!all || !all.consent || all.consent.type !== "EXPLICIT") return;
  const acted = event.type === "UC_UI_CMP_EVENT" && /ACCEPT|DENY|SAVE/.test((event.detail || {}).type);
  const states = Object.entries(all.categories || {}).map(([name, { state }]) => [name, state === "ALL_ACCEPTED"]);
  write(Object.fromEntries(states), acted ? "chosen" : "found");
}).catch(() => {});
["UC_UI_INITIALIZED", "UC_CONSENT", "UC_UI_CMP_EVENT"].forEach((name) => addEventListener(name, read));
when(() => window.__ucCmp, read);
