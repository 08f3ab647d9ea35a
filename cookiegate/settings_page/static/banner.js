// The banner: shown, posted without a reload, closed. Without this module its forms work all the same.
let policy;
let opener; // what had the focus before
let post;

// An element with the name `body` would hide that of the document.
const own = (name) => Reflect.get(Document.prototype, name, document);
const find = () => own("getElementById").call(document, "cookiegate-banner");

export const close = () => {
  const banner = find();
  if (!banner) return;
  const hadFocus = banner.contains(own("activeElement"));
  banner.remove();
  if (hadFocus && opener?.isConnected) opener.focus();
};

const styled = (base, nonce) => new Promise((resolve) => {
  const href = `${base}/banner.css`;
  const links = own("querySelectorAll").call(document, "link[rel=stylesheet]");
  if ([...links].some((link) => link.href === href && link.sheet)) {
    return resolve();
  }
  const link = own("createElement").call(document, "link");
  Object.assign(link, { rel: "stylesheet", nonce, href, onload: resolve, onerror: resolve });
  own("head").append(link);
});

const submit = async (event) => {
  const { target, submitter } = event;
  if (!post || !submitter) return;
  event.preventDefault();
  try {
    const data = new FormData(target);
    const granted = data.getAll("granted");
    data.delete("granted");
    await post("POST", { ...Object.fromEntries(data), granted, [submitter.name]: submitter.value });
  } catch {
    post = undefined; // then as without this script
    target.requestSubmit(submitter);
  }
};

const prepare = (banner) => {
  opener = own("activeElement");
  banner.dataset.ready = "";
  banner.addEventListener("submit", submit);
  banner.addEventListener("close", close);
  banner.addEventListener("click", ({ target }) => target.closest("[data-cookiegate-close]") && close());
  banner.addEventListener("keydown", (event) => event.key === "Escape" && close());
  if (banner.showModal) {
    banner.removeAttribute("open");
    banner.showModal();
  }
};

export const open = async ({ base, look, isWished, isAsked, nonce, ask }) => {
  post = ask;
  if (!find()) {
    if (!isWished && own("querySelector").call(document, ".cookiegate-settings")) return; // the page itself asks
    const { lang } = own("documentElement");
    const answer = await fetch(`${base}/banner?language=${lang}${look}${isWished ? "&open" : ""}`);
    const text = await answer.text();
    if (!answer.ok) throw Error(text);
    if (!text && isWished) throw Error("there is nothing to choose");
    await styled(base, nonce);
    policy ||= window.trustedTypes?.createPolicy("cookiegate", { createHTML: (html) => html });
    if (!text || find() || !(isWished || isAsked())) return;
    own("body").insertAdjacentHTML("afterbegin", policy?.createHTML(text) ?? text);
  }
  if (!find().matches("[data-ready]")) prepare(find());
  if (isWished) find().querySelector("[tabindex]")?.focus();
};
