// Elements by their names: `<img name=querySelector>` is `document.querySelector`, `<input name=matches>` its form's
// `matches`, and `<p id=cookiegate>` is `window.cookiegate`. So what HTML can hide is read from the prototypes.

/** Read a property of the document itself, or of an element where it is one of every element. */
export const own = (name, owner = document, { prototype } = Document) => Reflect.get(prototype, name, owner);

/** Call a method of the document itself. */
export const call = (name, ...given) => own(name).apply(document, given);

/** Send an event to the page. */
export const send = (name, detail) => call("dispatchEvent", new CustomEvent(`cookiegate:${name}`, { detail }));

export const attribute = (element, name) => own("getAttribute", element, Element).call(element, name);

/** Return the name of an HTML element, in lower case; undefined for an element of SVG or of MathML. */
export const tagOf = (element) => {
  if (own("namespaceURI", element, Element) === "http://www.w3.org/1999/xhtml") return own("localName", element, Element);
};

/** Return what cookiegate.js gives the page; undefined where it is not there, whatever elements and frames are called. */
export const pageApi = () => {
  const found = Object.hasOwn(window, "cookiegate") ? window.cookiegate : undefined;
  return typeof found?.choose === "function" ? found : undefined;
};
