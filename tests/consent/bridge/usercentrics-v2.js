// Writes the choice made with Usercentrics v2 into cookiegate's own cookie; see docs/consent.md. Goes before its script,
// and needs a window event to be set up there; "ucEvent", or as data-event says.

// https://usercentrics.com/docs/web/ (consent_status)
addEventListener(data.event || "ucEvent", ({ detail }) => {
  if (!detail || detail.event !== "consent_status" || !/^explicit$/i.test(detail.type)) return;
  write(detail.ucCategory || {}, /^on(Accept|Deny|Update)/.test(detail.action) ? "chosen" : "found");
});
