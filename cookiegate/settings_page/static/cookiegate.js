// window.cookiegate: what the visitor allows, for the page's own scripts. The banner is a module, loaded where it is seen.
(() => {
  // An image of such a name would hide it.
  const own = (name) => Reflect.get(Document.prototype, name, document);
  const script = own("currentScript");
  const { state: known, consentMode, look = "", tags } = script.dataset;
  const base = script.src.replace(/\/[^/?]*(\?.*)?$/, "");
  let state = { granted: [] };
  let begun = 0, ended = 0; // changes of the choice: answers may come in another order than the requests
  let banner;

  function tag() { // Google's tags read the arguments object itself
    if (consentMode == null) return;
    try {
      if (!Object.hasOwn(window, "dataLayer")) window.dataLayer = []; // no element with that id
      window.dataLayer.push(arguments);
    } catch (error) {
      console.error(error);
    }
  }

  const send = (name, detail) => own("dispatchEvent").call(document, new CustomEvent(`cookiegate:${name}`, { detail }));
  const tellTags = () => send("state", { granted: state.granted, isChosen: state.asks === false });

  const learn = (next) => {
    const before = `${state.granted}`;
    const { granted, asks, consent_mode } = next;
    if (!Array.isArray(granted)) throw Error("no choice");
    state = next;
    tag("consent", "update", consent_mode);
    tellTags(); // before a waiting script starts
    if (!asks) banner ? banner.close() : own("getElementById").call(document, "cookiegate-banner")?.remove();
    if (`${granted}` !== before) send("change", { granted });
  };

  const ask = async (method, body) => {
    const isChange = method !== "GET";
    const number = isChange ? ++begun : begun + ended;
    let answer, found;
    try {
      answer = await fetch(`${base}/api?part=choice`, {
        method,
        headers: body && { "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
      });
      found = await answer.json();
    } finally {
      if (isChange) ended++;
    }
    if (!answer.ok) throw Error(found.message);
    if (number === (isChange ? begun : begun + ended)) learn(found.choice);
    else return ask("GET"); // this answer may be older than a change
  };

  const open = async (isWished) => {
    banner ||= await import(`${base}/banner.js`);
    if (isWished || state.asks) await banner.open({ base, look, isWished, nonce: script.nonce, ask, isAsked: () => state.asks });
  };

  addEventListener("click", (event) => {
    const opener = event.target.closest && Element.prototype.closest.call(event.target, "[data-cookiegate-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener.focus(); // Safari does not by itself
    open(true).catch(() => { location = opener.href; }); // then as without this script
  });
  addEventListener("pageshow", (event) => event.persisted && ask("GET").catch(console.error));

  const mode = { security_storage: "granted", wait_for_update: 500 };
  for (const type of ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage",
    "functionality_storage", "personalization_storage"]) mode[type] = "denied";
  tag("consent", "default", mode);
  for (const name of ["url_passthrough", "ads_data_redaction"]) {
    if (script.hasAttribute(`data-${name.replaceAll("_", "-")}`)) tag("set", name, true);
  }
  own("addEventListener").call(document, "cookiegate:tags", () => "asks" in state && tellTags());
  if (tags) import(`${base}/tags/start.js`).then(({ startTags }) => startTags(tags, base)).catch(console.error);

  const api = window.cookiegate = {
    allows: (category) => category === "necessary" || state.granted.includes(category),
    choose: (granted) => ask("POST", { granted }),
    withdraw: () => ask("DELETE"),
    open: () => open(true),
  };
  api.ready = known ? Promise.resolve(learn(JSON.parse(known))) : ask("GET");
  api.ready.then(() => state.asks && open()).catch(console.error);
})();
