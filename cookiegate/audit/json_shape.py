"""The shape of a JSON document that is read back: checked member by member, so that no error of our own is hidden."""

from collections.abc import Collection
from typing import Any

__all__ = ["members", "objects", "texts"]


def members(value: object, /, **kinds: type) -> dict[str, Any]:
    """Return an object whose members have these types; it may have more. Raises: `ValueError` for anything else."""
    if not isinstance(value, dict):
        raise ValueError("no object")
    for name, kind in kinds.items():
        if not isinstance(value.get(name), kind):
            raise ValueError(f"{name} is missing, or of another type")
    return value


def objects(value: object, names: Collection[str] = (), /, **kinds: type) -> list[dict[str, Any]]:
    """Return a list of objects as `members` does; with `names`, they have these members and no others.

    Raises: `ValueError` for anything else.
    """
    if not isinstance(value, list):
        raise ValueError("no list")
    found = [members(each, **kinds) for each in value]
    if names and any(each.keys() != set(names) for each in found):
        raise ValueError("members are missing, or unknown")
    return found


def texts(value: object) -> list[str]:
    """Return a list of texts. Raises: `ValueError` for anything else."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("no list of texts")
    return value
