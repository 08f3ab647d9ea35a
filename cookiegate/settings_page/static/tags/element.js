// The end of tags.js: what its own element names. An image with the name `currentScript` would hide it.
const script = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
startTags(script.dataset.tags ?? "", script.src.replace(/\/[^/?]*(\?.*)?$/, ""));
