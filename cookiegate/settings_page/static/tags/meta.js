// Meta Pixel: `consent`. The pixel is one for ads, so marketing decides.
// Source: https://developers.facebook.com/docs/meta-pixel/implementation/gdpr
export const start = ({ own }) => ({ allows }) => {
  const fbq = own("fbq");
  if (typeof fbq !== "function") return false;
  fbq("consent", allows("marketing") ? "grant" : "revoke");
};
