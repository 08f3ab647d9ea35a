"""The same rewriting, done as people do it today: with `http.cookies`, with Werkzeug, with a regular expression.

Each drops a line whose category is not granted and makes a kept one safe: Secure, SameSite=Lax where there is none,
HttpOnly where the rule says so, no lifetime beyond the promise. Octets in, octets out, as in ASGI. Each is written to
be quick: the visitor's choice is handed to it (the gate reads it from the Cookie header, within the measured time),
names are classified by one look-up of the exact name, dates are remembered once they are read.

What none of them does, and the gate does all the same: refuse control octets and lines that browsers read
differently, keep shared caches off, log, warn of names that are not registered.
"""

import re
import time
from collections.abc import Callable
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import TypeAlias

from benchmarks.lines import RULES
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category

__all__ = ["Rewrite", "meaning", "peers", "with_http_cookies"]

Rewrite: TypeAlias = Callable[[list[bytes], frozenset[str]], list[bytes]]

_GATE_LIMIT_S = 400 * 86400


def _limit_s(lifetime: str | None) -> int | None:
    """Return the limit of a promise in seconds, `None` for the browser session."""
    if lifetime == "session":
        return None
    promised = parse_lifetime(lifetime).max_age_s if lifetime else None
    return min(promised or _GATE_LIMIT_S, _GATE_LIMIT_S)


_RULES = {
    name: (str(category), category is Category.NECESSARY, _limit_s(lifetime), http_only)
    for name, (category, lifetime, http_only) in RULES.items()
}
_RULES_BY_OCTETS = {name.encode(): rule for name, rule in _RULES.items()}


@lru_cache(maxsize=1024)
def _seconds(date: str) -> float:
    return parsedate_to_datetime(date).timestamp()


def with_http_cookies(lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
    """Use the standard library's cookie classes."""
    leaving = []
    for line in lines:
        try:
            cookies = SimpleCookie(line.decode("latin-1"))
        except CookieError:
            continue
        for name, morsel in cookies.items():
            rule = _RULES.get(name)
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
                if morsel["expires"] and _seconds(morsel["expires"]) > time.time() + limit_s:
                    morsel["expires"] = formatdate(time.time() + limit_s, usegmt=True)
            leaving.append(morsel.OutputString().encode("latin-1"))
    return leaving


def _make_with_werkzeug() -> Rewrite:
    from werkzeug.http import dump_cookie
    from werkzeug.test import Cookie  # the only place where Werkzeug reads a Set-Cookie line

    def with_werkzeug(lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
        leaving = []
        for line in lines:
            cookie = Cookie._from_response_header("", "/", line.decode("latin-1"))
            rule = _RULES.get(cookie.decoded_key)
            if rule is None:
                continue
            category, is_necessary, limit_s, http_only = rule
            if not is_necessary and category not in granted:
                continue
            max_age, expires = cookie.max_age, cookie.expires
            if limit_s is None:
                max_age = expires = None
            else:
                if max_age is not None and max_age > limit_s:
                    max_age = limit_s
                if expires is not None and expires.timestamp() > time.time() + limit_s:
                    expires = time.time() + limit_s
            text = dump_cookie(
                cookie.decoded_key,
                cookie.decoded_value,
                max_age=max_age,
                expires=expires,
                path=cookie.path,
                domain=None if cookie.origin_only else cookie.domain,
                secure=True,
                httponly=cookie.http_only or http_only,
                sync_expires=False,
                samesite=cookie.same_site or "Lax",
            )
            leaving.append(text.encode("latin-1"))
        return leaving

    return with_werkzeug


_LINE = re.compile(rb"([^=;]+)=([^;]*)(.*)", re.DOTALL)
_SECURE = re.compile(rb";\s*secure\s*(?=;|$)", re.IGNORECASE)
_HTTP_ONLY = re.compile(rb";\s*httponly\s*(?=;|$)", re.IGNORECASE)
_SAME_SITE = re.compile(rb";\s*samesite\s*=", re.IGNORECASE)
_MAX_AGE = re.compile(rb"(;\s*max-age\s*=\s*)(\d+)", re.IGNORECASE)
_EXPIRES = re.compile(rb"(;\s*expires\s*=\s*)([^;]*)", re.IGNORECASE)
_LIFETIME = re.compile(rb";\s*(?:max-age|expires)\s*=[^;]*", re.IGNORECASE)


def with_regular_expression(lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
    """Look for each attribute, and add what is missing; the rest of the line stays as it is."""
    leaving = []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        name, value, tail = found.groups()
        rule = _RULES_BY_OCTETS.get(name)
        if rule is None:
            continue
        category, is_necessary, limit_s, http_only = rule
        if not is_necessary and category not in granted:
            continue
        if limit_s is None:
            tail = _LIFETIME.sub(b"", tail)
        else:
            if (age := _MAX_AGE.search(tail)) and int(age[2]) > limit_s:
                tail = _MAX_AGE.sub(rb"\g<1>%d" % limit_s, tail)
            if (date := _EXPIRES.search(tail)) and _seconds(date[2].decode("latin-1")) > time.time() + limit_s:
                tail = _EXPIRES.sub(rb"\g<1>" + formatdate(time.time() + limit_s, usegmt=True).encode(), tail)
        if not _SECURE.search(tail):
            tail += b"; Secure"
        if not _SAME_SITE.search(tail):
            tail += b"; SameSite=Lax"
        if http_only and not _HTTP_ONLY.search(tail):
            tail += b"; HttpOnly"
        leaving.append(name + b"=" + value + tail)
    return leaving


def peers() -> dict[str, Rewrite | None]:
    """Return every rival; `None` for one that is not installed."""
    try:
        with_werkzeug = _make_with_werkzeug()
    except ImportError:
        with_werkzeug = None
    return {
        "http.cookies": with_http_cookies,
        "Werkzeug": with_werkzeug,
        "regular expression": with_regular_expression,
    }


def meaning(line: bytes) -> tuple[bytes, bytes, frozenset[tuple[bytes, bytes]]]:
    """Return what a line says, whatever the order and the case of its attributes: two that mean the same are equal."""
    pair, *attributes = line.split(b";")
    name, _, value = pair.partition(b"=")
    told = set()
    for attribute in attributes:
        key, _, text = attribute.strip().partition(b"=")
        text = text.lower() if key.lower() in (b"samesite", b"domain") else text
        told.add((key.lower(), text))
    return name.strip(), value, frozenset(told)
