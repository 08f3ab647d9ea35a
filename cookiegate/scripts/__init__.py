"""The browser's half: a guard that holds what scripts write to the same registry and the same consent.

`script_tags(gate, handle)` is the first element of a page's head. `docs/scripts.md` says what the guard can't hold.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.scripts.files import ScriptFile, find_file, guard_of, script_url
    from cookiegate.scripts.tag import script_tags, state_of

__all__ = ["ScriptFile", "find_file", "guard_of", "script_tags", "script_url", "state_of"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__, dict.fromkeys(__all__, "files") | {"script_tags": "tag", "state_of": "tag"}
    )  # fmt: skip
