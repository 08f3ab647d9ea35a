"""The IAB's consent strings: TCF (Europe and Canada), Global Privacy Platform and US Privacy.

`tcf.py`, `gpp.py` and `us_privacy.py` are the sources; `bits.py` reads the bit fields of which most strings are made.
Law: a string that was cut off or changed in any way that can be seen grants nothing.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.consent.iab.opt_out import (
        OptOut,
        StringCookies,
        StringSource,
        check_names,
        check_unless_refused,
        name_tuple,
        opt_out_consent,
    )

__all__ = [
    "OptOut",
    "StringCookies",
    "StringSource",
    "check_names",
    "check_unless_refused",
    "name_tuple",
    "opt_out_consent",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, dict.fromkeys(__all__, "opt_out"))
