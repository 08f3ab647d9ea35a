// window.cookiegate: what the visitor allows, for the page's own scripts; and the banner, posted without a reload.
(() => {
  const script = document.currentScript;
  const { state: known, consentMode } = script.dataset;
  const base = script.src.replace(/\/[^/]*$/, "");
  const find = () => document.getElementById("cookiegate-banner");
  let state = { granted: [] };
  let failed;

  function tag() { // Google's tags read the arguments object itself
    if (consentMode != null) (window.dataLayer ||= []).push(arguments);
  }

  const learn = (next) => {
    const before = `${state.granted}`;
    const { granted, asks, consent_mode } = (state = next);
    tag("consent", "update", consent_mode);
    if (!asks) find()?.remove();
    if (`${granted}` !== before) {
      document.dispatchEvent(new CustomEvent("cookiegate:change", { detail: { granted } }));
    }
  };

  const ask = async (method, body) => {
    const answer = await fetch(`${base}/api?part=choice`, {
      method,
      headers: body && { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const told = await answer.json();
    if (!answer.ok) throw Error(told.message);
    learn(told.choice);
  };

  const show = async () => {
    const answer = await fetch(`${base}/banner?language=${document.documentElement.lang}`);
    const text = await answer.text();
    if (!text || find()) return;
    const rule = { createHTML: () => text };
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.nonce = script.nonce;
    style.href = `${base}/banner.css`;
    style.onload = style.onerror = () => state.asks && document.body.insertAdjacentHTML(
      "afterbegin", window.trustedTypes?.createPolicy("cookiegate", rule).createHTML("") ?? text);
    document.head.append(style);
  };

  addEventListener("submit", async (event) => {
    const { target, submitter } = event;
    if (failed || !submitter || !find()?.contains(target)) return;
    event.preventDefault();
    try {
      const fields = Object.fromEntries(new FormData(target));
      await ask("POST", { ...fields, [submitter.name]: submitter.value });
    } catch {
      failed = true; // then as without this script
      target.requestSubmit(submitter);
    }
  });
  addEventListener("pageshow", (event) => event.persisted && ask("GET"));

  const mode = { security_storage: "granted", wait_for_update: 500 };
  for (const type of ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage",
    "functionality_storage", "personalization_storage"]) mode[type] = "denied";
  tag("consent", "default", mode);

  const api = window.cookiegate = {
    allows: (category) => category === "necessary" || state.granted.includes(category),
    choose: (granted) => ask("POST", { granted }),
    withdraw: () => ask("DELETE"),
  };
  api.ready = known ? Promise.resolve(learn(JSON.parse(known))) : ask("GET");
  known || api.ready.then(() => state.asks && show());
})();
