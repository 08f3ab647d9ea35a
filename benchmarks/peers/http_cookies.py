"""The standard library's cookie classes: each line read, changed and written again."""

import time
from email.utils import formatdate
from http.cookies import CookieError, Morsel, SimpleCookie

from benchmarks.peers.rules import RULES_BY_NAME, seconds_of

__all__ = ["make_safe", "with_http_cookies"]


def with_http_cookies(lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
    """Rewrite lines."""
    morsels: list[Morsel[str]] = []
    for line in lines:
        try:
            morsels += SimpleCookie(line.decode("latin-1")).values()
        except CookieError:
            continue
    return [morsel.OutputString().encode("latin-1") for morsel in make_safe(morsels, granted)]


def make_safe(morsels: list[Morsel[str]], granted: frozenset[str]) -> list[Morsel[str]]:
    """Change the attributes of what is granted, in place, and leave the rest out."""
    safe = []
    for morsel in morsels:
        rule = RULES_BY_NAME.get(morsel.key)
        if rule is None:
            continue
        category, is_necessary, limit_s, http_only = rule
        if not is_necessary and category not in granted:
            continue
        morsel["secure"] = True
        if not morsel["samesite"]:
            morsel["samesite"] = "Lax"
        if http_only:
            morsel["httponly"] = True
        if limit_s is None:
            morsel["max-age"] = morsel["expires"] = ""
        else:
            if morsel["max-age"] and int(morsel["max-age"]) > limit_s:
                morsel["max-age"] = str(limit_s)
            if morsel["expires"] and seconds_of(morsel["expires"]) > time.time() + limit_s:
                morsel["expires"] = formatdate(time.time() + limit_s, usegmt=True)
        safe.append(morsel)
    return safe
