// Writes canada.json: strings of TCF Canada by the IAB's official encoders, in both ways of writing vendors.
//
//   npm install --no-package-lock && npm run generate-canada
//
// Seeded: the same file each time. Version 3.2 writes vendors in Fibonacci coding, 3.1.7 in numbers of 16 bits.

import { readFileSync, writeFileSync } from "node:fs";
import { GppModel as Fibonacci } from "@iabgpp/cmpapi";
import { GppModel as Fixed } from "iabgpp-before";
import { seeded } from "./seeded.mjs";

const { below, bits, range, some } = seeded(20260301);
const VENDORS = [[755], range(1, 40), [8, 52, 173, 610, 969, 1481], [...range(3, 12), ...range(700, 725), 1200],
  [2, 40000, 65535], []];

function canada(number) {
  const ids = VENDORS[number % VENDORS.length];
  const put = {
    purposes_express: number < 8 ? (number % 2 ? range(1, 24) : []) : some(range(1, 11)),
    purposes_implied: number < 8 ? [] : some(range(1, 11)),
    vendors_express: some(ids), vendors_implied: some(ids), vendors_disclosed: ids,
    last_updated: new Date(Date.UTC(2022 + below(5), below(12), 1 + below(28))),
  };
  const strings = [Fibonacci, Fixed].map((GppModel) => {
    const model = new GppModel();
    model.setFieldValue("tcfcav1", "CmpId", 300);
    model.setFieldValue("tcfcav1", "ConsentLanguage", "FR");
    model.setFieldValue("tcfcav1", "PurposesExpressConsent", bits(put.purposes_express, 24));
    model.setFieldValue("tcfcav1", "PurposesImpliedConsent", bits(put.purposes_implied, 24));
    model.setFieldValue("tcfcav1", "VendorExpressConsent", put.vendors_express);
    model.setFieldValue("tcfcav1", "VendorImpliedConsent", put.vendors_implied);
    model.setFieldValue("tcfcav1", "DisclosedVendors", put.vendors_disclosed);
    model.setFieldValue("tcfcav1", "NumCustomPurposes", 0);
    model.setFieldValue("tcfcav1", "Created", put.last_updated);
    model.setFieldValue("tcfcav1", "LastUpdated", put.last_updated);
    return model.encode();
  });
  return { fibonacci: strings[0], fixed: strings[1], put };
}

const cases = range(0, 59).map(canada);
const { "@iabgpp/cmpapi": now, "iabgpp-before": before } =
  JSON.parse(readFileSync(new URL("package.json", import.meta.url))).dependencies;
const lines = cases.map((each) => JSON.stringify(each)).join(",\n");
writeFileSync(new URL("canada.json", import.meta.url), `{\n"generated_with": ${JSON.stringify({ now, before })},
"strings": [\n${lines}\n]\n}\n`);
