"""`--granted` of an audit: the visitors as whom a site is looked at."""

from typing import Annotated

import typer

from cookiegate.audit.variants import DEFAULT_VISITORS, Granted
from cookiegate.category import category_problem
from cookiegate.cli.text import shown
from cookiegate.given_values import read_list

__all__ = ["VisitorsOption", "visitors_of"]

VisitorsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--granted",
        "-g",
        metavar="WORD",
        autocompletion=lambda: list(Granted),
        help="URL: a visitor to look as, by what was granted: none (no choice yet), necessary (all refused), "
        "preferences, statistics, marketing, everything. Several with commas, or by repeating the option; else five.",
    ),
]


def visitors_of(texts: list[str] | None) -> list[str]:
    """Return the visitors that are named, or the usual five. Raises: `ValueError` for a word that is none."""
    words = [str(word).lower() for text in texts or () for word in read_list(text)]
    words = [Granted.EVERYTHING.value if word == "all" else word for word in words]
    known = [str(word) for word in Granted]
    for word in words:
        if word not in known:
            hint = category_problem(word).rpartition(" (")[2]
            meant = f" ({hint}" if hint.startswith("did you mean") else ""
            raise ValueError(f"--granted {shown(word)!r}: no visitor; use some of {', '.join(known)}{meant}")
    return words or [str(word) for word in DEFAULT_VISITORS]
