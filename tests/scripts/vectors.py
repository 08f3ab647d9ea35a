"""Write `vectors.json`, what `Registry.match` says of names: `python tests/scripts/vectors.py`."""

import json
import sys
from pathlib import Path

from cookiegate import CookieRule, Registry

RULES: list[dict[str, object]] = [
    {"name": "session", "category": "necessary", "chunks": True},
    {"name": "Auth", "category": "necessary", "chunks": "-part-"},
    {"name": "csrf", "category": "necessary"},
    {"name": "csrf*", "category": "marketing"},
    {"name": "csrf_t*", "category": "necessary"},
    {"name": "_ga", "category": "statistics"},
    {"name": "_ga_*", "category": "statistics"},
    {"name": "_ga_*_x", "category": "marketing"},
    {"name": "_gac_*", "category": "marketing"},
    {"name": "_G*", "category": "preferences"},
    {"name": "sb-*-auth", "category": "necessary", "chunks": True},
    {"name": "sb-*-*-z", "category": "statistics"},
    {"name": "*_end", "category": "marketing"},
    {"name": "a*b*c", "category": "statistics"},
    {"name": "a**", "category": "preferences"},
    {"name": "ab*ba", "category": "marketing"},
    {"name": "__Host-only", "category": "necessary"},
    {"name": "__Host-*", "category": "marketing"},
    {"name": "TWIN", "category": "necessary"},
    {"name": "twin", "category": "statistics"},
    {"name": "Twin", "category": "marketing"},
    {"name": "digits1", "category": "statistics", "chunks": True},
    {"name": "CookieC", "category": "preferences"},
    {"name": "Cookie", "category": "statistics", "chunks": "C"},
]
NAMES = [
    "", "session", "Session", "session.0", "session-9", "session_10", "session__10", "sessionC1", "sessionc1",
    "session.01", "session.100", "session.", "Auth-part-5", "auth-part-5", "Auth-PART-5", "Auth.1", "AuthC1", "authc12",
    "csrf", "CSRF", "csrf_token", "csrf_x", "csrfx", "Csrf_Token", "_ga", "_GA", "_ga_1_x", "_ga_", "_ga_1", "_gac_1",
    "_Gx", "_gx", "__Secure-_ga", "__Host-_ga", "__host-_ga", "__Http-_ga", "__Host-Http-_ga", "__HOST-_GA",
    "__Host-Http-session.3", "__Secure-__Host-_ga", "__Host-only", "only", "__Host-Only", "__Secure-only", "sb-1-auth",
    "sb-1-auth.0", "sb-1-auth.00", "sb--auth", "sb-auth", "sb-1-2-z", "sb---z", "x_end", "_end", "end", "abc", "abbac",
    "ab", "abba", "aba", "a", "ac", "acb", "TWIN", "twin", "Twin", "tWIN", "digits1", "digits1.1", "digits11",
    "digits1_11", "Cookie", "CookieC", "CookieC1", "CookieCC1", "Cookie1", "CookieC100", "_ga*", "csrf*", "*",
    "_ga\u00e9", "\u0130x_end", "_ga\u212a", "caf\u00e9", "\U0001f36a_end", "_ga ", " _ga", "9", "99", "999", "C1",
]  # fmt: skip


def make() -> dict[str, object]:
    """Return the rules, and of each name [name, the rule, the rule that may only refuse]."""
    registry = Registry(CookieRule(purpose="A test.", **rule) for rule in RULES)  # type: ignore[arg-type]
    answers = []
    for name in NAMES:
        match = registry.match(name)
        answers.append([name, match.rule and match.rule.name, match.refusing and match.refusing.name])
    return {"rules": RULES, "answers": answers}


def text() -> str:
    rows = ",\n".join(f"    {json.dumps(row)}" for row in make()["answers"])  # type: ignore[attr-defined]
    rules = ",\n".join(f"    {json.dumps(row)}" for row in RULES)
    return f'{{\n  "rules": [\n{rules}\n  ],\n  "answers": [\n{rows}\n  ]\n}}\n'


if __name__ == "__main__":
    Path(sys.argv[0]).with_name("vectors.json").write_text(text(), encoding="utf-8")
