// A stand-in for Osano's API: https://developers.osano.com/cmp/javascript-api
const kept = JSON.parse(localStorage.getItem("osano") || "null");
const listeners = {};
window.Osano = {
  cm: {
    addEventListener(name, callback) {
      (listeners[name] ||= []).push(callback);
      if (name === "osano-cm-initialized") callback(kept || undefined); // at once, where it is initialised already
    },
  },
};
window.choose = (consent) => {
  localStorage.setItem("osano", JSON.stringify(consent));
  for (const callback of listeners["osano-cm-consent-saved"]) callback(consent);
};
