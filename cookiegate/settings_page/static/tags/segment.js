// Segment: the consent object of each event, by a source middleware. The keys are the IDs of the consent categories in
// Segment's app: they are named as ours.
// Sources: https://www.twilio.com/docs/segment/privacy/consent-management/consent-in-segment-connections
// https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/website/javascript/middleware
export const start = ({ prefer }) => ({ allows }) => {
  prefer(Object.fromEntries(["preferences", "statistics", "marketing"].map((name) => [name, allows(name)])));
};
