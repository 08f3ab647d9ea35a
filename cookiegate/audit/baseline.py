"""A baseline: findings that people know of and accept for now, as a JSON file to be kept beside the code.

A finding is known by its code and its cookie, wherever it is seen: a new page does not make it new.
Law: a baseline accepts only the findings that it lists.
"""

import json
from pathlib import Path

from cookiegate.audit.finding import Code
from cookiegate.audit.json_shape import members, objects
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.result import Audit
from cookiegate.audit.text import shown
from cookiegate.bounded import OutOfBounds, load_json, read_octets

__all__ = ["read_baseline", "write_baseline"]

_FORMAT = "cookiegate-audit-baseline"


def read_baseline(path: Path | None) -> frozenset[tuple[str, str]]:
    """Return the accepted pairs of code and cookie; none without a path. Raises: `Unreadable`."""
    if path is None:
        return frozenset()
    try:
        return _accepted(load_json(read_octets(path).decode("utf-8-sig")))
    except OSError as error:
        raise Unreadable(f"{shown(str(path))}: can't be read: {error.strerror or error}; check the path") from error
    except OutOfBounds as error:
        raise Unreadable(f"{shown(path.name)}: {error}, or write a baseline with --write-baseline") from error
    except ValueError as error:
        raise Unreadable(f"{shown(path.name)}: no baseline; write one with --write-baseline") from error


def _accepted(document: object) -> frozenset[tuple[str, str]]:
    """Return the pairs of a baseline. Raises: `ValueError` for anything else."""
    whole = members(document, format=str, version=int, accepted=list)
    if whole["format"] != _FORMAT or whole["version"] != 1:
        raise ValueError("another format")
    return frozenset((each["code"], each["cookie"]) for each in objects(whole["accepted"], code=str, cookie=str))


def write_baseline(audit: Audit) -> str:
    """Write all findings as a baseline, notes too, since they fail with `--fail-on note`; not that nothing was seen."""
    pairs = sorted({(each.code.value, each.cookie) for each in audit.findings if each.code is not Code.NOTHING_SEEN})
    accepted = [{"code": code, "cookie": cookie} for code, cookie in pairs]
    return json.dumps({"format": _FORMAT, "version": 1, "accepted": accepted}, indent=2) + "\n"
