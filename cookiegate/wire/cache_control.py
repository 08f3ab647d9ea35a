"""Keeping a response out of shared caches, by its header fields.

Source: RFC 9111 §5.2.2 (Cache-Control), RFC 9213 (targeted fields such as CDN-Cache-Control), RFC 9110 §12.5.5 (Vary).
"""

from cookiegate.wire.headers import FieldKind, field_kind

__all__ = ["Fields", "is_stored_by_shared_caches", "make_private", "vary_on"]

Fields = list[tuple[bytes, bytes]]
"""Header fields in order, as octets."""

_SHARED_ONLY = (b"public", b"s-maxage", b"proxy-revalidate", b"private=")


def is_stored_by_shared_caches(fields: Fields) -> bool:
    """Tell whether a shared cache may store this response: unless it says `private` or `no-store`, it may.

    A field that only shared caches read overrules Cache-Control there, so each such field must say it too.
    """
    targeted = {name.strip().lower() for name, _ in fields if field_kind(name) is FieldKind.CACHE_CONTROL}
    return any(
        not any(directive in (b"private", b"no-store") for directive, _ in _directives(fields, name))
        for name in targeted | {b"cache-control"}
    )


def make_private(fields: Fields) -> Fields:
    """Return the fields with `Cache-Control: private`; what else Cache-Control says to browsers is kept.

    Fields that tell only shared caches what to do (CDN-Cache-Control, Surrogate-Control, X-Accel-Expires) are taken
    away, since they would overrule it.
    """
    told = [text for directive, text in _directives(fields) if directive not in _SHARED_ONLY]
    if not any(directive == b"no-store" for directive, _ in _directives(fields)):
        told = [b"private", *(text for text in told if text.lower() != b"private")]
    kept = [field for field in fields if field_kind(field[0]) is not FieldKind.CACHE_CONTROL]
    return [*kept, (b"cache-control", b", ".join(told))]


def vary_on(fields: Fields, *names: bytes) -> Fields:
    """Return the fields with one Vary that names these request fields too."""
    told = [
        part.strip(b" \t")
        for name, value in fields
        if field_kind(name) is FieldKind.VARY
        for part in value.split(b",")
        if part.strip(b" \t")
    ]
    known = {part.lower() for part in told}
    if b"*" in known or known.issuperset(name.lower() for name in names):
        return fields
    told += [name for name in names if name.lower() not in known]
    kept = [field for field in fields if field_kind(field[0]) is not FieldKind.VARY]
    return [*kept, (b"vary", b", ".join(told))]


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
    parts, quoted = [b""], False
    for piece in value.split(b'"'):
        if quoted:
            parts[-1] += b'"' + piece + b'"'
        else:
            first, *rest = piece.split(b",")
            parts[-1] += first
            parts += rest
        quoted = not quoted
    return [part.strip(b" \t") for part in parts if part.strip(b" \t")]
