"""Werkzeug's reader of Set-Cookie lines (its test client has the only one) and its writer."""

import time

from benchmarks.peers.contract import Rewrite
from benchmarks.peers.rules import RULES_BY_NAME

__all__ = ["make_with_werkzeug"]


def make_with_werkzeug() -> Rewrite:
    """Return the rewriting. Raises: `ImportError` without Werkzeug."""
    from werkzeug.http import dump_cookie
    from werkzeug.test import Cookie  # the only place where Werkzeug reads a Set-Cookie line

    def with_werkzeug(lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
        leaving = []
        for line in lines:
            cookie = Cookie._from_response_header("", "/", line.decode("latin-1"))
            rule = RULES_BY_NAME.get(cookie.decoded_key)
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
