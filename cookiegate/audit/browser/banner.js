// Finds a button of a banner: by selectors, or by its accessible name inside of a dialog that speaks of cookies.
({ selectors, names, words, isFramed, anywhere }) => {
  const deep = function* (root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot) yield* deep(element.shadowRoot);
    }
  };
  const isVisible = (element) => {
    const { width, height } = element.getBoundingClientRect();
    const seen = element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true;
    return width > 0 && height > 0 && seen && !element.disabled;
  };
  const roots = () => [document, ...[...deep(document)].map((each) => each.shadowRoot).filter(Boolean)];
  if (selectors) {
    const places = roots();
    for (const selector of selectors) {
      for (const place of places) {
        const found = [...place.querySelectorAll(selector)].find(isVisible);
        if (found) return found;
      }
    }
    return null;
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s\u200b]+/gu, " ")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  const nameOf = (element) => {
    const ids = element.getAttribute("aria-labelledby")?.split(/\s+/) ?? [];
    const labels = ids.map((id) => element.getRootNode().getElementById?.(id)?.textContent ?? "").join(" ");
    const own = element.tagName === "INPUT" ? element.value : element.innerText ?? element.textContent;
    return plain(labels || element.getAttribute("aria-label") || own || element.title || "");
  };
  const textOf = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const inner = [...node.childNodes, ...(node.shadowRoot?.childNodes ?? [])];
    return inner.filter((each) => !/^(?:SCRIPT|STYLE)$/.test(each.nodeName)).map(textOf).join(" ");
  };
  const isLayer = (element) => {
    const role = element.getAttribute("role");
    const { position } = getComputedStyle(element);
    return element.tagName === "DIALOG" || role === "dialog" || role === "alertdialog" ||
      position === "fixed" || position === "sticky";
  };
  const FIELDS = "textarea, select, input:not([type=checkbox], [type=radio], [type=hidden], [type=button], " +
    "[type=submit], [type=reset], [type=image])";
  const PRICE = /[€$£¥₹]\s?\d|\d\s?(?:€|eur\b|usd\b|chf\b|kr\b|zł)/u;
  const speaks = (layer) => {
    const text = textOf(layer).toLowerCase().slice(0, 40000);
    return words.some((word) => text.includes(word)) && !PRICE.test(text) && !layer.querySelector(FIELDS);
  };
  const layerOf = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      if (at !== document.body && at !== document.documentElement && isLayer(at) && speaks(at)) return at;
    }
    return isFramed && speaks(document.body) ? document.body : null;
  };
  const stays = (element) => {
    const href = element.closest("a[href]")?.getAttribute("href");
    if (href == null || href.startsWith("javascript:")) return true;
    try {
      const [to, at] = [new URL(href, document.baseURI), new URL(location.href)];
      return to.origin + to.pathname + to.search === at.origin + at.pathname + at.search && href.includes("#");
    } catch { return false; }
  };
  const isHarmless = (element, layer) => {
    const form = element.form ?? element.closest("form");
    if (!form || /^(?:button|reset)$/.test(element.type ?? "button")) return true;
    if (!layer.contains(form)) return false;
    const action = element.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    try { return new URL(action, document.baseURI).origin === location.origin; } catch { return false; }
  };
  const wanted = new Set(names);
  for (const element of deep(document)) {
    if (!element.matches("button, [role=button], a, input[type=button], input[type=submit]")) continue;
    if (!wanted.has(nameOf(element)) || !isVisible(element)) continue;
    if (anywhere) return element;
    const layer = layerOf(element);
    if (layer && stays(element) && isHarmless(element, layer)) return element;
  }
  return null;
}
