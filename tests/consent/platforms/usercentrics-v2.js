// A stand-in for Usercentrics v2: the window event that is set up in its admin interface, with consent_status.
const kept = JSON.parse(localStorage.getItem("usercentrics-v2") || "null");
const status = (action, type, ucCategory) => window.dispatchEvent(new CustomEvent("ucEvent", {
  detail: { event: "consent_status", action, type, ucCategory, "Service One": true },
}));
window.choose = (ucCategory, action = "onUpdateServices") => {
  localStorage.setItem("usercentrics-v2", JSON.stringify(ucCategory));
  status(action, "explicit", ucCategory);
};
window.dispatchEvent(new CustomEvent("ucEvent", { detail: { event: "something_else", type: "explicit" } }));
if (kept) status("onInitialPageLoad", "explicit", kept);
else status("onInitialPageLoad", "implicit", { essential: true, functional: true, marketing: true });
