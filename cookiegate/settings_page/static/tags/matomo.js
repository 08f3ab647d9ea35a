// Matomo: tracking consent. Without it nothing is sent and no cookie is used. The choice is remembered by the site, so
// this is Matomo's way B, "if you use your own consent tool to remember the consent".
// Source: https://developer.matomo.org/guides/tracking-consent
export const start = ({ push }) => {
  let isGiven = false;
  return ({ allows }) => {
    if (allows("statistics") === isGiven) return;
    isGiven = !isGiven;
    push("_paq", [isGiven ? "setConsentGiven" : "forgetConsentGiven"]);
  };
};
