"""A number with its noun, for texts that people read: `1 rule`, `2 rules`, `2 entries`, `1,024 lines`."""

__all__ = ["counted", "plural"]

_SIBILANTS = ("s", "sh", "ch", "x", "z")


def counted(number: int, noun: str, many: str | None = None) -> str:
    """Return a number and its noun, in the plural if the number is not 1. `many`: an irregular plural."""
    return f"{number:,} {noun if number == 1 else many or plural(noun)}"


def plural(noun: str) -> str:
    """Return the regular plural of a noun; of several words, the last one changes."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(_SIBILANTS) else f"{noun}s"
