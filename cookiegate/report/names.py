"""Folds paths that contain ids into templates, and cuts long texts: memory stays bounded, and no id is stored.

`cookiegate.registry.numbered_name` folds the names of cookies.

Law: a template has at most 128 characters, and no number or id of the path.
"""

import re
from functools import lru_cache
from typing import Final

from cookiegate.registry.numbered_name import UUID

__all__ = ["MAX_TEXT", "cut", "path_template"]

MAX_TEXT: Final = 128
"""Characters of a name, template or domain that are kept; of a longer one the last is an ellipsis."""

_MAX_SEGMENTS = 6
_MAX_SEGMENT = 32
_MAX_PATH = 512
_FILE = r"\.(?:html?|php|aspx?|jsp|do|js|css|json|xml|txt|pdf|csv|png|jpe?g|gif|svg|webp|ico)"
_WORD = re.compile(rf"[A-Za-z][A-Za-z_\-]*(?:{_FILE})?|v[0-9]{{1,2}}|[A-Za-z]{{2,}}[0-9]")
_NUMBER = re.compile(r"[0-9]+")
_UUID_OR_HEX = re.compile(rf"{UUID}|[0-9a-fA-F]{{8,}}")
_END_OF_FILE = re.compile(rf"{_FILE}\Z")


def cut(text: str) -> str:
    """Cut a text that is too long to keep."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def path_template(path: str) -> str:
    """Fold a path into a template: words stay, the rest is `{number}`, `{id}` or `{text}`.

    A name that is a word (`/users/alice`) can't be distinguished from one, and stays. More than six segments end in
    `{more}`. Raises nothing, for any text.
    """
    return _template(path if len(path) <= _MAX_PATH else path[:_MAX_PATH].rpartition("/")[0] + "/{more}")


@lru_cache(maxsize=512)
def _template(path: str) -> str:
    segments = path.split("/")
    folded = [_fold(segment) for segment in segments[: _MAX_SEGMENTS + 1]]
    if len(segments) > _MAX_SEGMENTS + 1:
        folded.append("{more}")
    return cut("/".join(folded))


def _fold(segment: str) -> str:
    if segment in ("", "{more}"):
        return segment
    if len(segment) <= _MAX_SEGMENT and _WORD.fullmatch(segment) and not _UUID_OR_HEX.fullmatch(segment):
        return segment
    if _NUMBER.fullmatch(segment):
        return "{number}"
    if _UUID_OR_HEX.fullmatch(segment):
        return "{id}"
    ending = _END_OF_FILE.search(segment)
    return "{text}" + (ending[0] if ending else "")
