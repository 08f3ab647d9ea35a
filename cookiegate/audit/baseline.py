"""A baseline: findings that people know of and accept for now, as a JSON file to be kept beside the code.

A finding is known by its code and its cookie, wherever it is seen: a new page does not make it new.
"""

import json
from pathlib import Path

from cookiegate.audit.finding import Severity
from cookiegate.audit.result import Audit
from cookiegate.audit.sighting import Unreadable
from cookiegate.audit.words import shown

__all__ = ["read_baseline", "write_baseline"]

_FORMAT = "cookiegate-audit-baseline"


def read_baseline(path: Path) -> frozenset[tuple[str, str]]:
    """Return the accepted pairs of code and cookie.

    Raises: `Unreadable`.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
        if document["format"] != _FORMAT or document["version"] != 1:
            raise ValueError("its format is another one")
        return frozenset((_text(entry["code"]), _text(entry["cookie"])) for entry in document["accepted"])
    except OSError as error:
        raise Unreadable(f"{shown(str(path))}: can't be read: {error.strerror or error}; check the path") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{shown(path.name)}: no baseline; write one with --write-baseline") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def write_baseline(audit: Audit) -> str:
    """Write the findings that can fail a run as a baseline; notes are left out."""
    pairs = sorted({(finding.code.value, finding.cookie) for finding in audit.findings if finding.severity is not Severity.NOTE})  # fmt: skip  # noqa: E501
    accepted = [{"code": code, "cookie": cookie} for code, cookie in pairs]
    return json.dumps({"format": _FORMAT, "version": 1, "accepted": accepted}, indent=2) + "\n"
