"""A regular expression for each attribute: what is missing is added, the rest of the line stays as it is."""

import re
import time
from email.utils import formatdate

from benchmarks.peers.rules import RULES_BY_OCTETS, seconds_of

__all__ = ["with_regular_expression"]

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
        rule = RULES_BY_OCTETS.get(name)
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
            if (date := _EXPIRES.search(tail)) and seconds_of(date[2].decode("latin-1")) > time.time() + limit_s:
                tail = _EXPIRES.sub(rb"\g<1>" + formatdate(time.time() + limit_s, usegmt=True).encode(), tail)
        if not _SECURE.search(tail):
            tail += b"; Secure"
        if not _SAME_SITE.search(tail):
            tail += b"; SameSite=Lax"
        if http_only and not _HTTP_ONLY.search(tail):
            tail += b"; HttpOnly"
        leaving.append(name + b"=" + value + tail)
    return leaving
