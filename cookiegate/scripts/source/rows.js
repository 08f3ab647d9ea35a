// What scripts write, and a rule about it as cookiegate/scripts/rules.py writes it: [name, category, lifetime, flags, chunks].

export const COOKIES = "cookies";
export const KINDS = [COOKIES, "local", "session"];
export const LEFT_ALONE = "alone"; // names that are in report-only, whatever rule they have

export const NAME = 0;
export const CATEGORY = 1; // a place in CATEGORIES
export const LIFETIME = 2; // the longest, in seconds; 0: the browser session, -1: no limit
export const FLAGS = 3;
export const CHUNKS = 4; // a list of what may be between a name and the number of a part

// The flags of a rule. What is added is settled by the server, of the rule and the gate.
export const SAME_SITE = 7; // a mask: 0 as written, 1 to 3 None, Lax, Strict; 4 to 6 at least None, Lax, Strict
export const SECURE = 8;
export const SECURE_ON_HTTPS = 16;
export const HOST_ONLY = 32;
export const PARTITIONED = 64;
export const AS_SENT = 128;
export const REPORT_ONLY = 256;

// The flags of a gate.
export const ONLY_REPORTS = 1;
export const DEBUGS = 2;
export const CLEARS = 4;
export const DROPS_UNREGISTERED = 8;
export const KEEPS_FOR_SESSION = 16;
export const HEEDS_PRIVACY_CONTROL = 32;
export const HEEDS_DO_NOT_TRACK = 64;

export const CATEGORIES = ["necessary", "preferences", "statistics", "marketing"];
export const WAITING = "[data-cookiegate]"; // what waits for consent
