// Writes the choice made with Termly into cookiegate's own cookie; see docs/consent.md. Goes before its script.

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
