// Microsoft Clarity: `consentv2`. Of its two flags, one is for analytics or statistics, one for marketing or advertising.
// Sources: https://learn.microsoft.com/en-us/clarity/clarity-consent-api-v2
// https://learn.microsoft.com/en-us/clarity/setup-and-installation/cmp-integration-guide
export const start = ({ own }) => ({ allows }) => {
  const say = (category) => (allows(category) ? "granted" : "denied");
  own("clarity")("consentv2", { ad_Storage: say("marketing"), analytics_Storage: say("statistics") });
};
