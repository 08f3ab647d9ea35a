// Microsoft Advertising's UET: consent mode. `ad_storage` is its only flag, for the cookies of advertising.
// Sources: https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_uet_consent
// https://help.ads.microsoft.com/apex/index/3/en/60119
export const start = ({ push }) => ({ allows }) => {
  push("uetq", "consent", "update", { ad_storage: allows("marketing") ? "granted" : "denied" });
};
