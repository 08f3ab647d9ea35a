// Defines what a browser with Global Privacy Control has (W3C GPC §4), where this one has it not.
Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true, configurable: true, enumerable: true });
