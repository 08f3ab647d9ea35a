"""The Cookie request header: its pairs, the values of one name, and the header without some of them.

Law: split at `;`, then at the first `=`, trim SP and HTAB; nothing is decoded or unquoted, nothing raises. Browsers
write the header like this; framework parsers read it in several other ways.
Source: RFC 6265bis §5.8.3 step 3 (how
browsers write it).
"""

from collections.abc import Callable, Iterator

__all__ = ["MAX_COOKIE_OCTETS", "cookie_pairs", "cookie_values", "has_pair_behind_comma", "without_cookies"]

MAX_COOKIE_OCTETS = 65536
"""A longer header is not read; servers refuse such (uvicorn and hypercorn at 64 KiB, gunicorn at 8 KiB a field)."""

_SEMICOLON = 0x3B


def cookie_pairs(header: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and value of each pair in order, trimmed; a piece without `=` has an empty name, as in a browser."""
    for piece in header.split(b";"):
        name, equals, value = piece.partition(b"=")
        if equals:
            yield name.strip(b" \t"), value.strip(b" \t")
        elif value := piece.strip(b" \t"):
            yield b"", value


def cookie_values(header: bytes, name: bytes) -> list[bytes]:
    """Return every value that the header holds for a name, in order; compares octet by octet, case included.

    The name must be one that a browser can send: without `;` and `=`, and no white space around it.

    The pairs are not split: the name is searched and its surroundings are checked, which is what makes one cookie
    among eighty cheap to find (`python -m benchmarks`, "find the consent cookie").
    """
    found: list[bytes] = []
    if not name or len(header) > MAX_COOKIE_OCTETS:
        return found
    at = header.find(name)
    if at < 0:
        return found
    end = at + len(name)
    if (at == 0 or header[at - 2 : at] == b"; ") and header[end : end + 1] == b"=" and header.rfind(name) == at:
        stop = header.find(b";", end)  # the usual header: as browsers write it, and the name is in it once
        return [(header[end + 1 :] if stop < 0 else header[end + 1 : stop]).strip(b" \t")]
    while at >= 0:
        end = at + len(name)
        start = at
        while start and header[start - 1] in b" \t":
            start -= 1
        if start == 0 or header[start - 1] == _SEMICOLON:  # a name is at the start of a piece ...
            stop = header.find(b";", end)
            piece = header[end:] if stop < 0 else header[end:stop]
            rest = piece.lstrip(b" \t")
            if rest.startswith(b"="):  # ... and is followed by `=`
                found.append(rest[1:].strip(b" \t"))
        at = header.find(name, end)
    return found


def without_cookies(header: bytes, is_hidden: Callable[[bytes], bool]) -> bytes:
    """Return the header without the pairs whose trimmed name is hidden; the other pairs keep their octets."""
    kept = []
    for piece in header.split(b";"):
        name, equals, _ = piece.partition(b"=")
        if not is_hidden(name.strip(b" \t") if equals else b""):
            kept.append(piece)
    return b";".join(kept).strip(b" \t")


def has_pair_behind_comma(header: bytes, is_meant: Callable[[bytes], bool]) -> bool:
    """Return whether a pair of such a name begins behind a comma, where a server may have joined two Cookie fields."""
    for piece in header.split(b",")[1:]:
        name, equals, _ = piece.partition(b"=")
        if equals and is_meant(name.strip(b" \t")):
            return True
    return False
