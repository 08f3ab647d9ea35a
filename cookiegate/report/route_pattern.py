"""A route that is a regular expression, as a person would write it: `^blog/(?P<slug>[^/]+)/$` is `blog/<slug>/`.

Django's `re_path`, and with it Wagtail, gives the expression as the route; Bottle and Werkzeug allow one inside of a
rule. Law: one pass over the text; what is no expression that this reads stays as it is. Raises nothing.
"""

import re
from functools import lru_cache

__all__ = ["readable_route", "readable_rule"]

_LONGEST = 2000
_DEEPEST = 20
_IS_EXPRESSION = re.compile(r"[\^$\\(\[]")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]*,?[0-9]*\})[?+]?")
_NAMED = re.compile(r"\(\?P<([A-Za-z_][A-Za-z0-9_]*)>")
_FLAGS = re.compile(r"\(\?[aiLmsux]*(?:-[imsx]+)?(:|\))")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_DIGITS = re.compile(r"(?>(?:\\d|\[(?:0-9|\\d)\]|[0-9]|" + _QUANTIFIER.pattern + ")+)")
_WORDS = re.compile(r"[A-Za-z0-9_|.\-]+")
_NOT_SHOWN = ("(?=", "(?!", "(?<=", "(?<!", "(?#", "(?P=")
_NUMBER, _TEXT, _PATH = "<number>", "<text>", "<path>"
_BOTTLE = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)?:re:(?:\\.|[^\\>])*>")
_WERKZEUG = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)\((?=[^>]*[\"'])(?:\"[^\"]*\"|'[^']*'|[^\"')])*\):")


def readable_rule(rule: str) -> str:
    """Return a rule of Bottle or Werkzeug without the regular expressions of its placeholders."""
    short = _BOTTLE.sub(lambda found: f"<{found[1]}>" if found[1] else _TEXT, rule[:_LONGEST])
    return _WERKZEUG.sub(r"<\1:", short)


@lru_cache(maxsize=512)
def readable_route(route: str) -> str:
    """Return a route of Django: a regular expression with names, numbers and texts in the place of its groups."""
    if len(route) > _LONGEST or not _IS_EXPRESSION.search(route):
        return route
    try:
        shown, end = _Reader(route).read(0, 0)
    except ValueError:
        return route
    return shown if end == len(route) else route


class _Reader:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, at: int, depth: int) -> tuple[str, int]:
        """Read up to the end of the text, or the bracket that closes a group; return what is shown, and where it ends.

        Raises: `ValueError` for brackets that don't close, or too many of them.
        """
        if depth > _DEEPEST:
            raise ValueError("too deep")
        shown: list[str] = []
        while at < len(self._text) and self._text[at] != ")":
            part, end = self._part(at, depth)
            found = _QUANTIFIER.match(self._text, end) if part != "|" and end > at else None
            quantifier = found[0] if found else ""
            at = end + len(quantifier)
            if quantifier and part == ".":
                part = _PATH
            elif quantifier[:1] in ("?", "*") and quantifier and part not in ("", "/", _NUMBER, _TEXT, _PATH):
                part = part if part.startswith("<") else f"[{part}]"
            if part not in (_NUMBER, _TEXT, _PATH) or shown[-1:] != [part]:
                shown.append(part)
        return "".join(shown), at

    def _part(self, at: int, depth: int) -> tuple[str, int]:
        """Read one character, escape, class or group."""
        text, char = self._text, self._text[at]
        if char in "^$":
            return "", at + 1
        if char == "\\":
            return self._escape(text[at + 1 : at + 2]), at + 2
        if char == "[":
            found = _CLASS.match(text, at)
            if found is None:
                raise ValueError("a class that does not close")
            return (_NUMBER if _DIGITS.fullmatch(found[0]) else _TEXT), found.end()
        return self._group(at, depth) if char == "(" else (char, at + 1)

    @staticmethod
    def _escape(char: str) -> str:
        if char in "AZzbB":
            return ""
        return _NUMBER if char == "d" else _TEXT if char in "wWsSD" else char

    def _group(self, at: int, depth: int) -> tuple[str, int]:
        text = self._text
        flags = _FLAGS.match(text, at)
        if flags is not None and flags[1] == ")":
            return "", flags.end()
        named = _NAMED.match(text, at)
        is_hidden = text.startswith(_NOT_SHOWN, at)
        start = named.end() if named else flags.end() if flags else at + (2 if is_hidden else 1)
        inner, end = self.read(start, depth + 1)
        if text[end : end + 1] != ")":
            raise ValueError("a group that does not close")
        content = text[start:end]
        if is_hidden:
            return "", end + 1
        if named is not None:
            return f"<{named[1]}>", end + 1
        if flags is not None:
            return (f"({inner})" if "|" in inner else inner), end + 1
        if _DIGITS.fullmatch(content):
            return _NUMBER, end + 1
        if _WORDS.fullmatch(content) and "|" in content:
            return f"({content})", end + 1
        return (_PATH if "/" in content.replace("[^/]", "") or "." in content.replace("\\.", "") else _TEXT), end + 1
