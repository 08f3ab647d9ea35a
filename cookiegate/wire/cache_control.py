"""Keeping a response out of shared caches, by its header fields.

Law: a field is only made stricter: what kept a response out of a cache still does.
Source: RFC 9111 §5.2.2 (Cache-Control), RFC 9213 (targeted fields such as CDN-Cache-Control), RFC 9110 §12.5.5 (Vary).
"""

from dataclasses import dataclass

__all__ = ["CacheAdvice", "Fields", "is_stored_by_shared_caches", "make_private", "vary_on"]

Fields = list[tuple[bytes, bytes]]
"""Header fields in order, as octets."""

_SHARED_ONLY = (b"public", b"s-maxage", b"proxy-revalidate", b"private=")


_TARGETED = (b"surrogate-control", b"edge-control", b"x-accel-expires")
_MAX_VARIED = 64
_ASKING = frozenset({b"public", b"s-maxage", b"max-age"})


@dataclass(frozen=True, slots=True)
class CacheAdvice:
    """The meaning of a response's cache fields, computed once for all responses that have the same."""

    is_stored: bool
    """A shared cache may store the response."""
    is_asked_to_store: bool
    """A field asks shared caches to store it: `public`, `max-age`, `s-maxage`, Expires, or a targeted field."""
    varies_on_cookie: bool
    """The app says that its answer depends on the request's cookies."""
    names: frozenset[bytes]
    """The names of the fields that `private` replaces."""
    private: tuple[bytes, bytes]
    """The Cache-Control field by which no shared cache stores the response."""
    _fields: tuple[tuple[bytes, bytes], ...]
    _varied: dict[tuple[bytes, ...], tuple[frozenset[bytes], tuple[bytes, bytes] | None]]

    @classmethod
    def of(cls, fields: tuple[tuple[bytes, bytes], ...]) -> "CacheAdvice":
        """Read the fields that say something about caches."""
        is_stored = is_stored_by_shared_caches([*fields])
        directives = {directive for directive, _ in _directives([*fields])}
        is_asked = bool(directives & _ASKING) or any(
            name.strip().lower() == b"expires" or (_is_targeted(name) and value.strip() != b"0")
            for name, value in fields
        )
        names = frozenset(name for name, _ in fields if _is_cache_control(name))
        varies = vary_on([*fields], b"Cookie") == [*fields]
        return cls(is_stored, is_stored and is_asked, varies, names, make_private([*fields])[-1], fields, {})

    def vary(self, names: tuple[bytes, ...]) -> tuple[frozenset[bytes], tuple[bytes, bytes] | None]:
        """Return the names of the fields to replace, and a Vary that names these request fields too.

        `None` where the response says that already.
        """
        found = self._varied.get(names)
        if found is None:
            fields = [*self._fields]
            varied = vary_on(fields, *names)
            replaced = frozenset(name for name, _ in fields if name.strip().lower() == b"vary")
            found = (frozenset(), None) if varied is fields else (replaced, varied[-1])
            if len(self._varied) < _MAX_VARIED:
                self._varied[names] = found
        return found


def _is_targeted(name: bytes) -> bool:
    """Return whether a field tells shared caches only what to do."""
    bare = name.strip().lower()
    return bare in _TARGETED or (bare.endswith(b"cache-control") and bare != b"cache-control")


def _is_cache_control(name: bytes) -> bool:
    return _is_targeted(name) or name.strip().lower() == b"cache-control"


def is_stored_by_shared_caches(fields: Fields) -> bool:
    """Return whether a shared cache may store this response: unless it says `private` or `no-store`, it may.

    A field that only shared caches read overrules Cache-Control there, so each such field must say it too.
    """
    targeted = {name.strip().lower() for name, _ in fields if _is_cache_control(name)}
    return any(
        not any(directive in (b"private", b"no-store") for directive, _ in _directives(fields, name))
        for name in targeted | {b"cache-control"}
    )


def make_private(fields: Fields) -> Fields:
    """Return the fields with `Cache-Control: private`; what else Cache-Control says to browsers is kept.

    Fields that tell only shared caches what to do (CDN-Cache-Control, Surrogate-Control, X-Accel-Expires) are
    removed, since they override it.
    """
    directives = [text for directive, text in _directives(fields) if directive not in _SHARED_ONLY]
    if not any(directive == b"no-store" for directive, _ in _directives(fields)):
        directives = [b"private", *(text for text in directives if text.lower() != b"private")]
    kept = [field for field in fields if not _is_cache_control(field[0])]
    return [*kept, (b"cache-control", b", ".join(directives))]


def vary_on(fields: Fields, *names: bytes) -> Fields:
    """Return the fields with one Vary that names these request fields too."""
    varied = [
        part.strip(b" \t")
        for name, value in fields
        if name.strip().lower() == b"vary"
        for part in value.split(b",")
        if part.strip(b" \t")
    ]
    known = {part.lower() for part in varied}
    if b"*" in known or known.issuperset(name.lower() for name in names):
        return fields
    varied += [name for name in names if name.lower() not in known]
    kept = [field for field in fields if field[0].strip().lower() != b"vary"]
    return [*kept, (b"vary", b", ".join(varied))]


def _directives(fields: Fields, of: bytes = b"cache-control") -> list[tuple[bytes, bytes]]:
    """Return name (lower case) and text of each directive of every field of this name, Cache-Control by default.

    A quoted string may hold a comma; `private="set-cookie"` names fields and is not the directive `private`.
    """
    found = []
    for name, value in fields:
        if name.strip().lower() == of:
            for text in _split_at_commas(value):
                directive, equals, _ = text.partition(b"=")
                directive = directive.strip(b" \t").lower()
                found.append(
                    (directive + b"=" if equals and directive in (b"private", b"no-cache") else directive, text)
                )
    return found


def _split_at_commas(value: bytes) -> list[bytes]:
    """Split a field value at the commas outside of its quoted strings; empty parts are left out."""
    parts: list[list[bytes]] = [[]]  # in pieces, since to add to long octets again and again would be quadratic
    quoted = False
    for piece in value.split(b'"'):
        if quoted:
            parts[-1] += (b'"', piece, b'"')
        else:
            first, *rest = piece.split(b",")
            parts[-1].append(first)
            parts += [[one] for one in rest]
        quoted = not quoted
    return [text for pieces in parts if (text := b"".join(pieces).strip(b" \t"))]
