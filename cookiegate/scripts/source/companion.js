// What few pages need: the API's answer, changes of the choice, what is refused and still there, reports; and the start of
// what waits for consent, which is in waiting.js. The guard fetches this module when there is something to do.
import { clearer } from "./clear.js";
import { call, pageApi, send } from "./native.js";
import { makeReporter } from "./report.js";
import { CATEGORIES, WAITING } from "./rows.js";

export const start = (page) => {
  const { gate, base } = page;
  const listeners = [];
  const clear = clearer(page);
  let asked = 0;

  const granted = () => CATEGORIES.filter((one, place) => place && page.allows(one));

  const settled = () => {
    if (!page.consented) return;
    clear();
    if (gate.databases) import(base + gate.databases).then((databases) => databases.clear(page)).catch(() => {});
    for (const listener of listeners) listener();
  };

  const learn = (state) => {
    const before = page.consented && `${granted()}`;
    page.consented = state;
    settled();
    // cookiegate.js tells the page itself, where it is there.
    if (before !== undefined && before !== `${granted()}` && !pageApi()) {
      send("change", { granted: granted() });
    }
  };

  const ask = async () => {
    const number = ++asked;
    try {
      const answer = await fetch(`${base}/api?part=choice`);
      const { choice } = await answer.json();
      if (answer.ok && number === asked) learn({ granted: choice.granted.map(String) });
    } catch { /* what is refused stays refused */ }
  };

  /** Find out anew: in the consent cookie, else by the API. */
  const find = () => {
    const found = page.findConsent();
    if (!found) return ask();
    asked++;
    learn(found);
  };

  page.tell = makeReporter(page);
  page.change = () => {
    settled(); // the guard has taken away what the event takes away
    return find();
  };
  page.wait = () => {
    page.observer.disconnect();
    page.wait = () => {};
    import(`${base}${gate.waiting}`)
      .then((waiting) => waiting.start({ ...page, find, listen: (listener) => listeners.push(listener) }))
      .catch(() => {}); // what waits, waits
  };

  page.tell();
  if (call("querySelector", WAITING)) page.wait();
  // The choice may have been changed before this module came.
  if (page.consented && !page.stale) settled();
  else find();
};
