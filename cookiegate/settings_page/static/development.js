// In development: the cookies that the gate dropped, with the rules to paste, in the browser's console.
(() => {
  const script = Reflect.get(Document.prototype, "currentScript", document); // as in cookiegate.js
  const base = script.src.replace(/\/[^/?]*(\?.*)?$/, "");
  addEventListener("load", async () => {
    try {
      const answer = await fetch(`${base}/api?part=choice`);
      const { choice } = await answer.json();
      for (const text of choice.development ?? []) console.warn(`cookiegate: ${text}`);
    } catch (error) {
      console.error(error);
    }
  });
})();
