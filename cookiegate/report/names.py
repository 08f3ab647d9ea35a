"""Names and paths that change without end, folded into what stays: so that memory is bounded, and no id is stored."""

import re
from functools import lru_cache
from typing import Final

__all__ = ["MAX_TEXT", "cut", "family_of", "path_template"]

MAX_TEXT: Final = 128
"""Characters of a name, template or domain that are kept; of a longer one the last is an ellipsis."""

_MAX_SEGMENTS = 6
_MAX_SEGMENT = 32
_MAX_PATH = 512
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_SEPARATED_END = re.compile(
    rf"(?<=[_\-.])(?:{_UUID}|[0-9]+|[0-9a-fA-F]{{8,}}|(?=[A-Z]*[0-9])[A-Z0-9]{{5,}}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{{10,}})\Z"
)
_PLAIN_END = re.compile(r"(?:[0-9]{3,}|(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16,})\Z")
_FILE = r"\.(?:html?|php|aspx?|jsp|do|js|css|json|xml|txt|pdf|csv|png|jpe?g|gif|svg|webp|ico)"
_WORD = re.compile(rf"[A-Za-z][A-Za-z_\-]*(?:{_FILE})?|v[0-9]{{1,2}}|[A-Za-z]{{2,}}[0-9]")
_NUMBER = re.compile(r"[0-9]+")
_UUID_OR_HEX = re.compile(rf"{_UUID}|[0-9a-fA-F]{{8,}}")
_END_OF_FILE = re.compile(rf"{_FILE}\Z")


def cut(text: str) -> str:
    """Cut a text that is too long to keep."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def family_of(name: str) -> str | None:
    """Return the pattern of a name that ends in a number or id, like `_ga_*` of `_ga_AB12CD34`; `None` for others."""
    for end in (_SEPARATED_END, _PLAIN_END):
        if (found := end.search(name)) and found.start() > 0:
            return name[: found.start()] + "*"
    return None


def path_template(path: str) -> str:
    """Fold a path to what bounds memory and names no one: words stay, the rest is `{number}`, `{id}` or `{text}`.

    A name that is a word (`/users/alice`) can't be told from one, and stays. More than six segments end in `{more}`.
    Raises nothing, for any text.
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
