// The ways in which scripts write: document.cookie, cookieStore.set, setItem. Each is judged before it is done.
import { attempt } from "./attempt.js";
import { enforced, lifetime, read } from "./cookie.js";
import { COOKIES, KEEPS_FOR_SESSION, KINDS } from "./rows.js";

/** Put another function in the place of one; a page that froze it keeps it. What `change` does not name stays as it is. */
const replace = (owner, name, change) => attempt(() => Object.defineProperty(owner, name, change));

/** Guard what writes. `judge` also tells of what it finds, and `native` are the functions that stay unguarded. */
export const guardWrites = (judge, gate, { set }) => {
  /** Judge a cookie that was read; undefined: it is not to be written. */
  const judged = (found) => {
    const isDeletion = found?.left_s <= 0;
    if (!found || !(found.name || isDeletion)) return; // without a name, readers would disagree about it
    const verdict = judge(COOKIES, found.name, isDeletion);
    if (verdict.isBarred && !isDeletion) {
      if (!(gate.flags & KEEPS_FOR_SESSION)) return;
      found.left_s = undefined;
    }
    return verdict;
  };

  replace(Document.prototype, "cookie", {
    set(value) {
      const text = `${value}`;
      const written = attempt(() => {
        const found = read(text);
        const verdict = judged(found);
        return verdict && (verdict.isEnforced ? enforced(found, verdict.ruling) : text);
      });
      if (written != null) set.call(this, written);
    },
  });

  const store = window.CookieStore?.prototype;
  const native = store?.set;
  if (native) replace(store, "set", {
    async value(options, value) {
      const written = attempt(() => {
        const first = value === undefined ? options : { name: options, value };
        const { expires } = first;
        const found = { name: `${first.name}`.trim(), left_s: first.maxAge ?? (expires && (expires - Date.now()) / 1000) };
        const isDeletion = found.left_s <= 0;
        const verdict = judged(found);
        if (!verdict) return;
        const stays_s = isDeletion || !verdict.isEnforced ? found.left_s : lifetime(found.left_s, verdict.ruling);
        return {
          __proto__: first, name: found.name, value: isDeletion ? "" : first.value, maxAge: undefined,
          expires: stays_s == null ? null : Date.now() + stays_s * 1000,
        };
      });
      if (written) await native.call(this, written);
    },
  });

  const { setItem } = Storage.prototype;
  replace(Storage.prototype, "setItem", {
    value(key, ...more) {
      const name = `${key}`;
      const passes = attempt(() => {
        const kind = KINDS.find((one) => attempt(() => this === window[`${one}Storage`]));
        return !kind || !judge(kind, name).isBarred;
      });
      if (passes) setItem.call(this, name, ...more);
    },
  });
};
