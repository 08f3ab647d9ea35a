"""Decode the octets of a published file: as Unicode, or in the encoding that the file or the user names.

Law: no encoding is guessed; invalid octets are an error with their place.
"""

import codecs
import re

from cookiegate.errors import ConfigError

__all__ = ["source_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = {
    b"PK\x03\x04": "a zip archive, as Excel and Word write it; save the table as CSV (UTF-8) or the page as HTML",
    b"\xd0\xcf\x11\xe0": "an old Office file; save the table as CSV (UTF-8)",
    b"%PDF": "a PDF; give the page as HTML or Markdown",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
}
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_ENCODING = re.compile(
    r"utf[-_]?(?:8|16|32)(?:[-_]?[lb]e)?|us-ascii|ascii|latin-?1|iso[-_]?8859[-_][0-9]{1,2}|(?:windows|cp)[-_]?125[0-8]"
    r"|koi8-[ru]|shift[-_]jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5|mac[-_]?roman",
    re.IGNORECASE,
)


def source_text(octets: bytes, encoding: str | None = None) -> str:
    """Decode a file. Raises: `ConfigError` with the place of an invalid octet, or for a file that is no text."""
    for beginning, what in _BINARY.items():
        if octets.startswith(beginning):
            raise ConfigError([f"octet 0: {what}"])
    mark, marked = next(((mark, name) for mark, name in _MARKS if octets.startswith(mark)), (b"", None))
    declared = _CHARSET.search(octets[:4096])
    name = encoding or marked or (declared[1].decode("ascii").lower() if declared else "utf-8")
    if not _ENCODING.fullmatch(name):
        raise ConfigError([f"encoding {name!r}: not known; use utf-8, utf-16, windows-1252 or another one of text"])
    if name.lower() in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii") and encoding is None:
        name = "windows-1252"  # as browsers read such a page, https://encoding.spec.whatwg.org/#names-and-labels
    try:
        return octets[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        place = len(mark) + error.start
        raise ConfigError(
            [f"octet {place}: not {name}; save the file as UTF-8, or give its encoding, like windows-1252"]
        ) from error
    except LookupError as error:
        raise ConfigError([f"encoding {name!r}: not known; use utf-8, utf-16 or windows-1252"]) from error
