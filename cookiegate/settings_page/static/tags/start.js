// Tags: each vendor that a page names hears of the visitor's choice by its own documented call. Served as tags.js too, a
// classic script which a page writes before the vendors' own.
// Law: what a vendor must hear before its own script runs is said from here, at once: a file that is fetched could come
// too late. The rest is in <name>.js, fetched only if it is named. No exception of a vendor's reaches the page or the
// other vendors.
export const startTags = (wanted, base) => {
  const denied = "denied";
  const tags = [];
  let state;
  let preferences = {}; // Segment takes what is not in it for refused

  const report = (name, error) => console.warn(`cookiegate: ${name}:`, error);
  const attempt = (name, action) => {
    try {
      return action();
    } catch (error) {
      report(name, error);
    }
  };
  const isLate = (name) => report(name, "its script ran first; write tags.js before it, without defer");

  // An element with such an id or name is no variable: it is not a property of the window's own.
  const own = (name) => (Object.hasOwn(window, name) ? window[name] : undefined);
  const push = (name, ...items) => (own(name) ?? (window[name] = [])).push(...items);
  const first = (tag, name, ...items) => {
    const queue = own(name) ?? (window[name] = []);
    if (Array.isArray(queue)) return queue.unshift(...items);
    isLate(tag);
    queue.push(...items);
  };

  /** Act once a vendor's variable is there: before the page's first use of it, else after the script that sets it. */
  const watch = (tag, name, isThere, act) => {
    const kind = { enumerable: true, configurable: true };
    let held = own(name);
    let isDone;
    const look = (isUse) => {
      if (isDone || !attempt(tag, () => isThere(held, isUse === true))) return;
      isDone = true;
      Reflect.defineProperty(window, name, { ...kind, value: held, writable: true });
      attempt(tag, () => act(held));
    };
    const set = (value) => {
      held = value;
      queueMicrotask(look);
    };
    look();
    if (!isDone) Reflect.defineProperty(window, name, { ...kind, get: () => (look(true), held), set });
  };

  const tell = (tag) => { // false: the vendor is not there yet
    if (!state || !tag.hear || tag.heard === state) return;
    if (attempt(tag.name, () => tag.hear(state)) !== false) tag.heard = state;
  };

  const before = {
    clarity: () => {
      if (typeof own("clarity") !== "function") window.clarity = function () { (window.clarity.q ||= []).push(arguments); };
      window.clarity("consentv2", { ad_Storage: denied, analytics_Storage: denied });
    },
    matomo: ({ name }) => first(name, "_paq", ["requireConsent"]),
    "matomo-cookies": ({ name }) => first(name, "_paq", ["requireCookieConsent"]),
    // Meta's own snippet does nothing where there is an `fbq`; nor can it be called before its queue is there.
    meta: (tag) => watch(tag.name, "fbq",
      (fbq, isUse) => typeof fbq === "function" && (!isUse || fbq.queue || fbq.callMethod),
      (fbq) => {
        if (fbq.callMethod) isLate(tag.name);
        if (fbq.callMethod || !Array.isArray(fbq.queue)) fbq("consent", "revoke");
        else fbq.queue.unshift(["consent", "revoke"]);
        tell(tag);
      }),
    piwikpro: null, // without a decision it runs no tag that needs one
    posthog: null, // has the site's `opt_out_capturing_by_default`
    segment: ({ name }) => {
      const stamp = ({ payload, next }) => attempt(name, () => {
        (payload.obj.context ??= {}).consent = { categoryPreferences: preferences };
        return true;
      }) && next(payload);
      const analytics = own("analytics") ?? [];
      if (Array.isArray(analytics)) first(name, "analytics", ["addSourceMiddleware", stamp]);
      else analytics.addSourceMiddleware(stamp);
    },
    uet: ({ name }) => first(name, "uetq", "consent", "default", { ad_storage: denied }),
  };

  const started = document[Symbol.for("cookiegate.tags")] ??= new Set();
  for (const name of wanted.split(/[\s,]+/).filter(Boolean)) {
    if (started.has(name)) continue;
    started.add(name);
    if (!Object.hasOwn(before, name)) {
      report("data-tags", `${JSON.stringify(name)} is not known; use some of ${Object.keys(before).join(", ")}`);
      continue;
    }
    const tag = { name };
    tags.push(tag);
    attempt(name, () => before[name]?.(tag));
    import(`${base}/tags/${name}.js`).then(({ start }) => {
      tag.hear = start({
        own,
        push,
        watch: (variable, isThere) => watch(name, variable, isThere, () => tell(tag)),
        prefer: (found) => { preferences = found; },
        report: (error) => report(name, error),
      });
      tell(tag);
    }).catch((error) => report(name, error));
  }
  addEventListener("load", () => tags.forEach(tell)); // for a variable that can't be watched
  Document.prototype.addEventListener.call(document, "cookiegate:state", ({ detail }) => attempt("cookiegate:state", () => {
    const granted = detail.granted.map(String);
    const isDecided = detail.isChosen || granted.length > 0;
    const key = `${granted} ${isDecided}`;
    if (state?.key === key) return;
    state = { key, isDecided, allows: (category) => granted.includes(category) };
    tags.forEach(tell);
  }));
  Document.prototype.dispatchEvent.call(document, new Event("cookiegate:tags")); // cookiegate.js may have been first
};
