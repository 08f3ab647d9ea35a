// PostHog: opting in and out. Before the choice it is the site's own `opt_out_capturing_by_default` or `cookieless_mode`
// that counts. What it is told, PostHog remembers; opting in again would be an event on every page.
// Source: https://posthog.com/docs/privacy/data-collection
export const start = ({ own, watch }) => {
  // Until PostHog's script has come, its variable is an array.
  const isThere = (posthog) => !Array.isArray(posthog) && typeof posthog?.opt_in_capturing === "function";
  watch("posthog", isThere);

  return ({ allows, isDecided }) => {
    const posthog = own("posthog");
    if (!isThere(posthog)) return false;
    if (!isDecided) return;
    if (!allows("statistics")) posthog.opt_out_capturing();
    else if (posthog.has_opted_out_capturing()) posthog.opt_in_capturing();
  };
};
