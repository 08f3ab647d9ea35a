// A frame that waits: in its place is a box of its size with a button for this once and one for always.
import { attempt } from "./attempt.js";
import { call, own, pageApi } from "./native.js";
import { originOf, urlIn } from "./url.js";

const BOX = "box-sizing:border-box;overflow:auto;border:1px solid;border-radius:4px;font:1rem/1.4 sans-serif;";
const INNER = "box-sizing:border-box;min-height:100%;padding:.5em;display:flex;flex-wrap:wrap;gap:.5em;" +
  "align-content:center;justify-content:center;text-align:center;";
const COPIED = ["margin", "float", "position", "top", "right", "bottom", "left", "grid-area", "flex", "align-self"];

export const makeFrames = ({ allows, base, find }) => {
  const frames = [];
  let words;

  /** Fetch the words of the page's language, once. */
  const spoken = () => {
    words ||= fetch(`${base}/words?language=${encodeURIComponent(own("documentElement").lang)}`)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject()));
    return words;
  };

  const button = (text, act) => {
    const made = call("createElement", "button");
    made.type = "button";
    made.textContent = text;
    made.style.cssText = "font:inherit;color:inherit;background:none;border:1px solid;border-radius:4px;padding:.3em .8em;cursor:pointer";
    made.addEventListener("click", act);
    return made;
  };

  const always = async (category) => {
    const granted = ["preferences", "statistics", "marketing"].filter((one) => one === category || allows(one));
    const api = pageApi();
    if (api) return api.choose(granted);
    await fetch(`${base}/api?part=choice`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ granted }),
    });
    await find();
  };

  const show = (one) => {
    const { element, category } = one;
    const box = (one.box = call("createElement", "div"));
    const look = getComputedStyle(element);
    box.style.cssText = BOX;
    for (const name of COPIED) box.style.setProperty(name, look.getPropertyValue(name));
    // What may scroll sits on the line with its lower edge, as a frame does.
    box.style.display = look.display.startsWith("inline") ? "inline-block" : look.display;
    box.style.width = `${element.offsetWidth}px`;
    box.style.height = `${element.offsetHeight}px`;
    box.style.maxWidth = "100%";
    box.style.verticalAlign = look.verticalAlign;
    box.setAttribute("role", "group");
    one.display = element.style.display;
    one.isGranted = allows(category);
    element.before(box);
    element.style.display = "none";
    speak(one);
  };

  /** Put the words into a box, and into those that are still empty. */
  const speak = (one) => {
    const { box } = one;
    one.isSilent = false;
    const asked = spoken();
    asked.then((said) => {
      if (one.box === box) fillBox(one, said);
      for (const other of frames) if (other.isSilent) speak(other);
    }).catch(() => { // an empty box: the frame stays out, until words are asked for anew
      if (words === asked) words = undefined;
      one.isSilent = one.box === box;
    });
  };

  const fillBox = (one, said) => {
    const { box, element, category } = one;
    const names = { host: new URL(element.dataset.src, own("baseURI")).host, category: said.categories[category] };
    const fill = (text) => text.replace(/\{(\w+)\}/g, (all, word) => names[word] ?? all);
    const text = call("createElement", "p");
    text.textContent = fill(said.text);
    text.style.cssText = "margin:0;flex-basis:100%";
    box.lang = said.language;
    box.dir = said.direction;
    box.setAttribute("aria-label", element.title || fill(said.text));
    const inner = call("createElement", "div");
    inner.style.cssText = INNER;
    // What the page's policy blocks, only the policy of another page can let through.
    const reload = () => location.reload();
    const once = button(fill(said.once), one.isBlocked ? reload : () => load(one, true));
    const forAlways = button(fill(said.always), () => always(category).then(one.isBlocked && reload).catch(() => {}));
    inner.append(text, ...(one.isGranted ? [once] : one.isBlocked ? [forAlways] : [once, forAlways]));
    box.append(inner);
    const isTooSmall = () => box.scrollHeight > box.clientHeight;
    if (isTooSmall()) box.style.fontSize = ".8rem";
    if (isTooSmall()) text.style.order = 1; // the buttons are what must be in sight
  };

  const hide = (one) => {
    one.isLoaded = false;
    one.element.src = "about:blank"; // what runs in it ends
    one.element.removeAttribute("src");
    show(one);
  };

  const load = (one, isOnce) => {
    const { element, box } = one;
    const url = urlIn(element, "src");
    if (url == null) return;
    one.isLoaded = true;
    one.isOnce = isOnce;
    element.src = url;
    if (!box) return;
    const hadFocus = box.contains(own("activeElement"));
    element.style.display = one.display;
    box.remove();
    one.box = undefined;
    one.isSilent = false;
    if (hadFocus) element.focus();
  };

  return {
    add: (element, category) => frames.push({ element, category }),
    /** Put the box back in the place of frames of an origin that the page's policy blocked. */
    block: (origin) => {
      for (const one of frames) {
        if (!one.isLoaded || originOf(urlIn(one.element, "src")) !== origin) continue;
        one.isBlocked = true;
        hide(one);
      }
    },
    /** `isChange`: the choice may be another, which is a reason to ask again for what could not be fetched. */
    update: (isChange) => {
      for (const one of frames) attempt(() => { // one that goes wrong keeps no other waiting
        if (!one.element.isConnected || urlIn(one.element, "src") == null) return;
        if (one.isBlocked) {
          if (one.isGranted !== allows(one.category)) {
            one.box.remove();
            show(one);
          }
        } else if (allows(one.category)) {
          if (!one.isLoaded) load(one);
          one.isOnce = false;
        } else if (one.isLoaded && !one.isOnce) {
          hide(one);
        } else if (!one.isLoaded && !one.box) show(one);
        if (isChange && one.isSilent) speak(one);
      });
    },
  };
};
