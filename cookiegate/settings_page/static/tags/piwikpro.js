// Piwik PRO: the Consent Manager's JavaScript API. It remembers what it is given, and "forces a page view" each time:
// so it is given only what differs. Only the consent types that the site's tags use are given.
// Sources: https://developers.piwik.pro/docs/overview-consent-manager-js-api
// https://developers.piwik.pro/en/latest/consent_manager/js_api/
const NEEDS = {
  analytics: ["statistics"],
  ab_testing_and_personalization: ["statistics", "preferences"],
  conversion_tracking: ["marketing"],
  marketing_automation: ["marketing"],
  remarketing: ["marketing"],
};

export const start = ({ own, watch, report }) => {
  const isThere = (ppms) => typeof ppms?.cm?.api === "function";
  let latest;
  watch("ppms", isThere);

  return (state) => {
    if (!isThere(own("ppms"))) return false;
    latest = state;
    if (!state.isDecided) return;
    const attempt = (action) => (found) => {
      try {
        if (latest === state) action(found);
      } catch (error) {
        report(error);
      }
    };
    const ask = (...call) => own("ppms").cm.api(...call, report); // which is another once Piwik PRO's script has come
    ask("getComplianceTypes", attempt((types) => ask("getComplianceSettings", attempt((settings) => {
      const consents = {};
      for (const type of types) {
        if (!Object.hasOwn(NEEDS, type)) continue;
        const status = NEEDS[type].every(state.allows) ? 1 : 0;
        if (settings?.consents?.[type]?.status !== status) consents[type] = { status };
      }
      if (Object.keys(consents).length) ask("setComplianceSettings", { consents }, () => {});
    }))));
  };
};
