// A stand-in for Usercentrics v3: __ucCmp, and the window events UC_UI_INITIALIZED, UC_UI_CMP_EVENT, UC_CONSENT.
let details = JSON.parse(localStorage.getItem("usercentrics") || "null") || {
  consent: { required: true, status: "ALL_ACCEPTED", type: "IMPLICIT" }, // a default before any choice
  categories: { essential: { state: "ALL_ACCEPTED" }, marketing: { state: "ALL_ACCEPTED" } },
};
const emit = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
window.__ucCmp = { getConsentDetails: async () => details };
window.choose = (categories, type = "SAVE") => {
  emit("UC_UI_CMP_EVENT", { source: "FIRST_LAYER", type }); // the click; the choice is stored after it
  details = { consent: { required: false, status: "SOME_ACCEPTED", type: "EXPLICIT" }, categories };
  localStorage.setItem("usercentrics", JSON.stringify(details));
  emit("UC_CONSENT", details);
};
emit("UC_UI_INITIALIZED");
