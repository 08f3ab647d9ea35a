// Matomo: cookie consent. Visits are always sent, cookies are used only with consent.
// Source: https://developer.matomo.org/guides/tracking-consent
export const start = ({ push }) => {
  let isGiven = false;
  return ({ allows }) => {
    if (allows("statistics") === isGiven) return;
    isGiven = !isGiven;
    push("_paq", [isGiven ? "setCookieConsentGiven" : "forgetCookieConsentGiven"]);
  };
};
