// Writes the choice made with Osano into cookiegate's own cookie; see docs/consent.md. Goes after its script.

// https://developers.osano.com/cmp/javascript-api
when(() => window.Osano && window.Osano.cm, (cm) => {
  const read = (how) => (consent) => {
    if (!consent) return; // not chosen yet
    const state = Object.fromEntries(Object.entries(consent).map(([name, answer]) => [name, answer === "ACCEPT"]));
    write(state.OPT_OUT ? { ...state, MARKETING: false } : state, how);
  };
  cm.addEventListener("osano-cm-initialized", read("found"));
  cm.addEventListener("osano-cm-consent-saved", read("chosen"));
});
