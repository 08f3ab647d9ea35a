"""Content-Security-Policy: the source expressions of its directives, found and taken away by octets.

Law: what is taken away never allows more than before; nothing is added but `'none'` where nothing is left; everything
else stays as it is. Nothing raises. Source: CSP3 §2.3.1 (source lists), §2.2.2 (parsing), §6.7.2 (matching).
"""

import re
from collections.abc import Container, Iterable
from typing import TypeAlias

__all__ = ["SOURCE_PATTERN", "Pairs", "ignored_hosts", "overruled", "remove_sources", "source_key", "source_problem"]

Pairs: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Directives by their names in lower case, each with the key of a source."""

_TOKEN = re.compile(rb"[^ \t\n\x0b\x0c\r]+")  # HTML's ASCII white space, and what Chromium takes for it beside
_SEPARATOR = re.compile(rb"([;,])")  # a comma ends a policy: the field is a list of them
_HOLDS_SOURCES = re.compile(rb"[a-z-]+-src(?:-elem|-attr)?|form-action|base-uri|frame-ancestors|navigate-to")
_HOLDS_SCRIPTS = (b"script-src", b"script-src-elem", b"default-src")
_FETCHES = re.compile(rb"[a-z-]+-src(?:-elem|-attr)?")
_HOST_SOURCE = re.compile(
    rb"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|[*a-z0-9_.-]+)(?::(?P<port>[0-9]+|\*))?(?P<path>/.*)?"
)
_UP_TO_PATH = re.compile(rb"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/]*")
_USUAL_PORT = re.compile(rb"((?:https|wss)://[^:]+):443|((?:http|ws)://[^:]+):80")
_SWITCHES_INLINE_OFF = re.compile(rb"'(?:nonce-|sha(?:256|384|512)-|strict-dynamic')", re.IGNORECASE)
"""While one of them is in a list, `'unsafe-inline'` there does not count (§6.7.3.2)."""
_HASH = re.compile(rb"'sha(?:256|384|512)-", re.IGNORECASE)


def _any_case(word: str) -> str:
    return "".join(f"[{char.upper()}{char}]" if char.isalpha() else char for char in word)


_KEYWORDS = (
    "self", "unsafe-inline", "unsafe-eval", "unsafe-hashes", "wasm-unsafe-eval", "trusted-types-eval",
    "unsafe-allow-redirects", "unsafe-webtransport-hashes", "inline-speculation-rules",
)  # fmt: skip
_MORE_KEYWORDS = ("none", "strict-dynamic", "report-sample")
_UNQUOTED = rf"(?:{'|'.join(map(_any_case, (*_KEYWORDS, *_MORE_KEYWORDS)))}|[Nn]once-.*|[Ss]ha[0-9]+-.*)"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*"
_HOST = r"(?:\*|(?:\*\.)?[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?)"
_PATH = r"/(?:[A-Za-z0-9._~!$&'()*+=:@/\-]|%[0-9A-Fa-f]{2})*"
SOURCE_PATTERN = (
    rf"^(?!{_UNQUOTED}$)(?:{_SCHEME}:|(?:{_SCHEME}://)?{_HOST}(?::(?:[0-9]+|\*))?(?:{_PATH})?"
    rf"|'(?:{'|'.join(map(_any_case, _KEYWORDS))})'"
    r"|'[Ss][Hh][Aa](?:256|384|512)-[A-Za-z0-9+/_\-]+={0,2}')$"
)
"""The sources that can be taken away: hosts, schemes, hashes and keywords, without those that only restrict."""
_SOURCE = re.compile(SOURCE_PATTERN)


def source_problem(text: str) -> str | None:
    """Say what is wrong with a source expression that is to be taken away by consent, and what to do; or `None`."""
    lower = text.lower()
    if not text or re.search(r"[\s;,]", text):
        return "white space, a semicolon and a comma end a source; write each source as a text of its own"
    if _SOURCE.fullmatch(text):
        return None
    if lower == "'strict-dynamic'":
        return "a policy allows more without it; leave it out"
    if lower in ("'none'", "'report-sample'") or lower.startswith("'report-sha"):
        return "allows nothing by itself; leave it out"
    if lower.startswith("'nonce-"):
        return "a nonce is another one in each response; use the URL of the script, or its hash"
    if re.fullmatch(_UNQUOTED, text):
        return f"is a keyword without its quotes; write \"'{text}'\""
    if not text.isascii():
        return "is not ASCII; write a domain as xn--..., and a path percent-encoded"
    if "?" in text or "#" in text:
        return "a source has no query and no fragment; leave them out"
    return "is no source of a Content-Security-Policy; write one like https://www.example.com"


def source_key(token: bytes) -> bytes:
    """Return what two spellings of one source have in common: scheme, host and keyword in any case, the path exactly.

    `https://A:443/` is `https://a`: it is its scheme's own port, and a path that is only a slash allows every path
    (§6.7.2.8, §6.7.2.12).
    """
    if token[:1] == b"'":
        algorithm = _HASH.match(token)
        return token.lower() if algorithm is None else algorithm[0].lower() + token[algorithm.end() :]
    found = _UP_TO_PATH.match(token)
    end = 0 if found is None else found.end()
    host, path = token[:end].lower(), token[end:]
    usual_port = _USUAL_PORT.fullmatch(host)
    if usual_port is not None:
        host = usual_port[1] or usual_port[2]
    return host if path == b"/" and host[-1:] not in (b"", b":", b"/") else host + path


def remove_sources(value: bytes, refused: Container[bytes], known: Container[bytes]) -> tuple[bytes, Pairs, bool]:
    """Remove the sources with these keys from every directive with sources, in each policy of a field.

    Returns the value that is left, what was taken away, and whether a directive names a source that is `known`.
    """
    parts = _SEPARATOR.split(value)
    removed: list[tuple[bytes, bytes]] = []
    is_known = False
    for at in range(0, len(parts), 2):
        part = parts[at]
        name = _TOKEN.search(part)
        if name is None or _HOLDS_SOURCES.fullmatch(name[0].lower()) is None:
            continue
        keys = [source_key(token) for token in _TOKEN.findall(part, name.end())]
        is_known = is_known or any(key in known for key in keys)
        gone = [key for key in keys if key in refused]
        if gone:
            parts[at] = _without(part, name.end(), refused, gone, keys)
            removed += [(name[0].lower(), key) for key in dict.fromkeys(gone)]
    return b"".join(parts) if removed else value, tuple(removed), is_known


def _without(part: bytes, start: int, refused: Container[bytes], gone: list[bytes], keys: list[bytes]) -> bytes:
    """Return a directive without the refused sources and the white space before each; `'none'` where none is left."""
    left = [key for key in keys if key not in refused]
    # A hash switches 'unsafe-inline' off: when the last one goes, that must not count again.
    is_off = any(map(_HASH.match, gone)) and not any(map(_SWITCHES_INLINE_OFF.match, left))
    drops_inline = is_off and b"'unsafe-inline'" in left
    if drops_inline:
        left = [key for key in left if key != b"'unsafe-inline'"]
    kept = [part[:start]]
    end = start
    for token in _TOKEN.finditer(part, start):
        key = source_key(token[0])
        if key not in refused and not (drops_inline and key == b"'unsafe-inline'"):
            kept.append(part[end : token.end()])
        elif not left and len(kept) == 1:
            kept += [part[end : token.start()], b"'none'"]
        end = token.end()
    return b"".join([*kept, part[end:]])


def ignored_hosts(value: bytes, known: Container[bytes]) -> Pairs:
    """Return known hosts and schemes that are beside `'strict-dynamic'`, each with its directive.

    For scripts, browsers ignore them: "If expression matches the host-source or scheme-source grammar ... and
    'strict-dynamic'" is in the list, it allows nothing (§6.7.1.1). So taking such a source away changes nothing.
    """
    pairs: dict[tuple[bytes, bytes], None] = {}
    for part in _SEPARATOR.split(value)[::2]:
        name = _TOKEN.search(part)
        if name is None or name[0].lower() not in _HOLDS_SCRIPTS:
            continue
        keys = [source_key(token) for token in _TOKEN.findall(part, name.end())]
        if b"'strict-dynamic'" in keys:
            pairs |= {(name[0].lower(), key): None for key in keys if key in known and key[:1] != b"'"}
    return tuple(pairs)


def overruled(value: bytes, refused: Iterable[bytes]) -> Pairs:
    """Return refused sources that a directive allows all the same, whole or in part, each with that directive.

    `value` is what was left of a field. Seen are other spellings, and broader and narrower hosts, schemes and paths.
    """
    sources = [(key, found) for key in refused if (found := _HOST_SOURCE.fullmatch(key)) is not None]
    pairs: dict[tuple[bytes, bytes], None] = {}
    for part in _SEPARATOR.split(value)[::2]:
        name = _TOKEN.search(part)
        if name is None or _FETCHES.fullmatch(name[0].lower()) is None:
            continue
        keys = [source_key(token) for token in _TOKEN.findall(part, name.end())]
        others = [found for key in keys if (found := _HOST_SOURCE.fullmatch(key)) is not None]
        schemes = {key[:-1] for key in keys if key.endswith(b":")}
        for key, source in sources:
            if source["scheme"] in schemes or any(_overlap(source, other) for other in others):
                pairs[name[0].lower(), key] = None
    return tuple(pairs)


def _overlap(one: re.Match[bytes], other: re.Match[bytes]) -> bool:
    """Return whether there is a URL that two host expressions match; a missing scheme and port may be any."""
    return (
        _agree(one["scheme"], other["scheme"], None)
        and (_holds(one["host"], other["host"]) or _holds(other["host"], one["host"]))
        and _agree(one["port"], other["port"], b"*")
        and (_leads_to(one["path"], other["path"]) or _leads_to(other["path"], one["path"]))
    )


def _agree(one: bytes | None, other: bytes | None, any_of_all: bytes | None) -> bool:
    return one == other or None in (one, other) or any_of_all in (one, other)


def _holds(host: bytes, other: bytes) -> bool:
    """Return whether the host of an expression, which may be `*` or begin with `*.`, includes another one."""
    return host in (b"*", other) or (host.startswith(b"*.") and other.endswith(host[1:]))


def _leads_to(path: bytes | None, other: bytes | None) -> bool:
    """Return whether a path of an expression matches another one: a slash at its end is all that is below it."""
    return not path or path == other or (path.endswith(b"/") and (other or b"/").startswith(path))
