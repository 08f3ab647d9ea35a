// A stand-in for Termly's event API: https://support.termly.io/en/articles/9674733. Its script comes late.
setTimeout(() => {
  const listeners = {};
  let state = JSON.parse(localStorage.getItem("TERMLY_API_CACHE") || "null") || {
    essential: true, performance: true, analytics: true, advertising: true, social_networking: true, unclassified: true,
  };
  window.Termly = {
    on: (name, callback) => { (listeners[name] ||= []).push(callback); },
    getConsentState: () => state,
  };
  window.choose = (consentState) => {
    state = consentState;
    localStorage.setItem("TERMLY_API_CACHE", JSON.stringify(state));
    for (const callback of listeners.consent) callback({ consentState });
  };
}, 300);
