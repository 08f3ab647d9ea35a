// Writes strings.json: strings by the IAB's official encoders, each with the field values that were put in.
//
//   npm install --no-package-lock && npm run generate
//
// Seeded: the same file each time. Both encoders have no dependencies, and their versions are exact in package.json.

import { readFileSync, writeFileSync } from "node:fs";
import { GppModel } from "@iabgpp/cmpapi";
import { GVL, PurposeRestriction, Segment, TCModel, TCString } from "@iabtcf/core";
import { seeded } from "./seeded.mjs";

const { below, bits, pick, random, range, some } = seeded(20260112);
const moment = () => new Date(Date.UTC(2021 + below(6), below(12), 1 + below(28), 0, 0, below(3) * 7));

// Vendor lists on which every vendor may do everything, so that the encoder takes nothing out again.
const sparse = (count, to) => [...new Set(range(1, count).map(() => 1 + below(to)))].sort((a, b) => a - b);
const VENDORS = {
  one: [755],
  first: range(1, 40),
  sparse: sparse(40, 1500),
  runs: [...range(3, 12), ...range(700, 725), 1200],
  far: [2, 40000, 65535],
};
const byId = (ids, make) => Object.fromEntries(ids.map((id) => [id, make(id)]));
const named = (id) => ({ id, name: `n${id}`, description: "", illustrations: [], descriptionLegal: "" });
const gvl = (vendors, policy) => new GVL({
  gvlSpecificationVersion: 3, vendorListVersion: 48, tcfPolicyVersion: policy, lastUpdated: "2026-01-01T00:00:00Z",
  purposes: byId(range(1, 11), named), specialPurposes: byId([1, 2, 3], named), features: byId([1, 2, 3], named),
  specialFeatures: byId([1, 2], named), stacks: {}, dataCategories: {},
  vendors: byId(vendors, (id) => ({
    id, name: `v${id}`, purposes: range(1, 11), legIntPurposes: range(2, 11), flexiblePurposes: range(2, 11),
    specialPurposes: [1], features: [], specialFeatures: [], urls: [],
  })),
});

function tcf(number) {
  const list = Object.keys(VENDORS)[number % 5];
  const policy = pick([2, 3, 4, 4, 5, 5]);
  const ids = VENDORS[list];
  const model = new TCModel(gvl(ids, policy));
  const put = {
    cmp_id: 2 + below(4000), cmp_version: 1 + below(4000), consent_screen: below(64), policy_version: policy,
    created: moment(), last_updated: moment(), is_service_specific: random() < 0.9,
    use_non_standard_texts: random() < 0.3, purpose_one_treatment: random() < 0.2,
    publisher_cc: pick(["AA", "DE", "FR", "ZZ"]),
    purposes_consent: number < 12 ? (number % 2 ? range(1, 24) : []) : some(range(1, 24)),
    purposes_legitimate_interest: some(range(2, 24)), special_feature_opt_ins: some(range(1, 12)),
    vendor_consents: some(ids), vendor_legitimate_interests: some(ids),
    publisher_purposes_consent: some(range(1, 24)), publisher_purposes_legitimate_interest: some(range(1, 24)),
    restrictions: [], vendors_disclosed: null, custom_consent: [], custom_legitimate_interest: [],
  };
  Object.assign(model, {
    cmpId: put.cmp_id, cmpVersion: put.cmp_version, consentScreen: put.consent_screen, created: put.created,
    lastUpdated: put.last_updated, isServiceSpecific: put.is_service_specific, publisherCountryCode: put.publisher_cc,
    useNonStandardTexts: put.use_non_standard_texts, purposeOneTreatment: put.purpose_one_treatment,
    useNonStandardStacks: put.use_non_standard_texts,
  });
  model.policyVersion = policy;
  model.purposeConsents.set(put.purposes_consent);
  model.purposeLegitimateInterests.set(put.purposes_legitimate_interest);
  model.specialFeatureOptins.set(put.special_feature_opt_ins);
  model.vendorConsents.set(put.vendor_consents);
  model.vendorLegitimateInterests.set(put.vendor_legitimate_interests);
  model.publisherConsents.set(put.publisher_purposes_consent);
  model.publisherLegitimateInterests.set(put.publisher_purposes_legitimate_interest);
  for (const purpose of random() < 0.5 ? some(range(2, 11)) : []) {
    const kind = below(3);
    const vendors = some(ids);
    if (vendors.length === 0) continue;
    for (const id of vendors) model.publisherRestrictions.add(id, new PurposeRestriction(purpose, kind));
    put.restrictions.push([purpose, kind, vendors]);
  }
  if (random() < 0.3) {
    model.numCustomPurposes = 1 + below(6);
    put.custom_consent = some(range(1, model.numCustomPurposes));
    put.custom_legitimate_interest = some(range(1, model.numCustomPurposes));
    model.publisherCustomConsents.set(put.custom_consent);
    model.publisherCustomLegitimateInterests.set(put.custom_legitimate_interest);
  }
  const segments = [Segment.CORE, ...some([Segment.VENDORS_DISCLOSED, Segment.VENDORS_ALLOWED, Segment.PUBLISHER_TC])];
  const has = (segment) => segments.includes(segment);
  put.vendors_disclosed = has(Segment.VENDORS_DISCLOSED) ? ids : null;
  put.vendors_allowed = has(Segment.VENDORS_ALLOWED) ? some(ids) : null;
  if (put.vendors_allowed) model.vendorsAllowed.set(put.vendors_allowed);
  if (!has(Segment.PUBLISHER_TC)) {
    for (const name of ["publisher_purposes_consent", "publisher_purposes_legitimate_interest", "custom_consent",
      "custom_legitimate_interest"]) put[name] = null;
  }
  return { string: TCString.encode(model, { segments }), list, put };
}

const STATES = ["usnat", "usca", "usva", "usco", "usut", "usct", "usfl", "usmt", "usor", "ustx", "usde", "usia", "usne",
  "usnh", "usnj", "ustn", "usmn", "usmd", "usin", "usky", "usri"];
const OPT_OUTS = ["SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut"];

function fillState(model, name, mood) {
  const section = model.getSection(name) ?? (model.setFieldValue(name, "SaleOptOut", 0), model.getSection(name));
  const put = {};
  for (const [field, value] of Object.entries(section)) {
    if (["Version", "MspaVersion", "GpcSegmentType"].includes(field)) continue;
    let filled;
    if (typeof value === "boolean") filled = random() < (field === "Gpc" ? 0.25 : 0.6);
    else if (Array.isArray(value)) filled = value.map(() => below(3));
    else if (OPT_OUTS.includes(field)) filled = pick(mood);
    else if (field === "MspaCoveredTransaction") filled = 1 + below(2);
    else filled = below(3);
    model.setFieldValue(name, field, filled);
    put[field] = filled;
  }
  if ("Gpc" in put && random() < 0.3) {
    model.setFieldValue(name, "GpcSegmentIncluded", false);
    put.Gpc = null;
  }
  return put;
}

function fillTcf(model) {
  const consent = some(range(1, 11));
    model.setFieldValue("tcfeuv2", "PolicyVersion", 5);
  model.setFieldValue("tcfeuv2", "CmpId", 300);
  model.setFieldValue("tcfeuv2", "CmpVersion", 2);
  model.setFieldValue("tcfeuv2", "ConsentLanguage", "EN");
  model.setFieldValue("tcfeuv2", "IsServiceSpecific", true);
  model.setFieldValue("tcfeuv2", "PurposeConsents", bits(consent, 24));
  model.setFieldValue("tcfeuv2", "VendorConsents", some(VENDORS.runs));
  model.setFieldValue("tcfeuv2", "VendorsDisclosed", VENDORS.runs);
  const last_updated = new Date(Date.UTC(2026, below(12), 1 + below(28)));
  model.setFieldValue("tcfeuv2", "LastUpdated", last_updated);
  return { purposes_consent: consent, last_updated };
}

function fillUsp(model) {
  const letters = ["Notice", "OptOutSale", "LspaCovered"].map((field) => [field, pick(["Y", "N", "-"])]);
  model.setFieldValue("uspv1", "Version", 1);
  for (const [field, letter] of letters) model.setFieldValue("uspv1", field, letter);
  return `1${letters.map(([, letter]) => letter).join("")}`;
}

function gpp(sections, mood) {
  const model = new GppModel();
  const put = {};
  for (const name of sections) {
    put[name] = name === "tcfeuv2" ? fillTcf(model) : name === "uspv1" ? fillUsp(model) : fillState(model, name, mood);
  }
  const string = model.encode();
  new GppModel(string).toObject(); // the official decoder takes it
  return { string, ids: model.getSectionIds(), put };
}

const MOODS = [[0], [2], [1], [0, 2], [0, 1, 2]];
const gppCases = [];
for (const name of STATES) for (const mood of MOODS) gppCases.push(gpp([name], mood));
for (let at = 0; at < 8; at++) gppCases.push(gpp(["uspv1"], []), gpp(["tcfeuv2"], []));
for (let at = 0; at < 40; at++) {
  const sections = [...some(["tcfeuv2", "uspv1"]), ...some(STATES)];
  if (sections.length) gppCases.push(gpp(sections, MOODS[at % 5]));
}
const versions = JSON.parse(readFileSync(new URL("package.json", import.meta.url))).dependencies;
const lines = (cases) => `[\n${cases.map((each) => JSON.stringify(each)).join(",\n")}\n]`;
const tcfCases = range(0, 159).map(tcf);
writeFileSync(new URL("strings.json", import.meta.url), `{\n"generated_with": ${JSON.stringify(versions)},
"vendor_lists": ${JSON.stringify(VENDORS)},\n"tcf": ${lines(tcfCases)},\n"gpp": ${lines(gppCases)}\n}\n`);
