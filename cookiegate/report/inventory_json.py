"""An inventory as JSON, format version 1: written in pieces, read with every type checked.

Law: reading what was written gives an equal report. `docs/report.md` describes the format for others.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from cookiegate.bounded import MAX_FILE_OCTETS, load_json, read_octets
from cookiegate.model import Action, Category, Reason
from cookiegate.report.seen import InventoryReport, Mode, Origin, Outcome, Phase, SeenCookie, Sent, SetBy

__all__ = ["FORMAT", "MAX_FILE_OCTETS", "VERSION", "parse_inventory", "read_inventory_file", "write_inventory"]

FORMAT = "cookiegate-inventory"
VERSION = 1
_MAX_COUNT = 2**63 - 1

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def write_inventory(report: InventoryReport) -> Iterator[str]:
    """Write a report as JSON in ASCII, a piece for each cookie, so that other threads can run in between."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "parts": list(report.parts),
        "responses": report.responses,
        "responses_with_cookies": report.responses_with_cookies,
        "first_at": _written_or_none(report.first_at),
        "last_at": _written_or_none(report.last_at),
        "unnamed": report.unnamed,
        "phases": [
            {
                "mode": phase.mode, "responses": phase.responses,
                "responses_with_cookies": phase.responses_with_cookies, "first_at": _written(phase.first_at),
                "last_at": _written(phase.last_at),
            }
            for phase in report.phases
        ],
    }  # fmt: skip
    yield json.dumps(head)[:-1] + ', "cookies": ['
    for number, cookie in enumerate(report.cookies):
        yield (",\n" if number else "\n") + json.dumps(_of_cookie(cookie))
    yield "\n]}\n"


def _of_cookie(cookie: SeenCookie) -> dict[str, object]:
    sent = cookie.sent
    return {
        "name": cookie.name,
        "origin": cookie.origin,
        "is_family": cookie.is_family,
        "mode": cookie.mode,
        "is_registered": cookie.rule is not None,
        "is_known": cookie.is_known,
        "rewritten_beside": cookie.rewritten_beside,
        "count": cookie.count,
        "first_at": _written(cookie.first_at),
        "last_at": _written(cookie.last_at),
        "category": cookie.category,
        "rule": cookie.rule,
        "outcomes": [{name: getattr(outcome, name) for name in Outcome.__slots__} for outcome in cookie.outcomes],
        "set_by": [{name: getattr(by, name) for name in SetBy.__slots__} for by in cookie.set_by],
        "set_by_others": cookie.set_by_others,
        "sent": {
            **{name: getattr(sent, name) for name in _COUNTS_OF_SENT},
            "longest_s": sent.longest_s,
            "domains": [{"domain": domain, "count": count} for domain, count in sent.domains],
            "paths": [{"path": path, "count": count} for path, count in sent.paths],
        },
    }


_COUNTS_OF_SENT = tuple(name for name in Sent.__slots__ if name not in ("longest_s", "domains", "paths"))


def read_inventory_file(path: Path) -> InventoryReport:
    """Read a file.

    Raises: `OSError` if it can't be read; `ValueError` with what is wrong and where for any content.
    """
    octets = read_octets(path, MAX_FILE_OCTETS)
    try:
        return parse_inventory(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"octet {error.start} is not UTF-8") from error


def parse_inventory(text: str) -> InventoryReport:
    """Read a report.

    Raises: `ValueError` with what is wrong and where, for anything but an inventory of this version.
    """
    if not text.strip():
        raise ValueError("empty")
    try:
        document = load_json(text, parse_constant=_refuse_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f'no inventory: "format" is not "{FORMAT}"')
    if document.get("version") != VERSION:
        version = repr(document.get("version"))
        version = version if len(version) <= 20 else f"{version[:20]}..."
        raise ValueError(f"version {version} of the format, and this cookiegate reads {VERSION}")
    top = _Table(document, "")
    report = InventoryReport(
        parts=tuple(top.texts("parts")),
        responses=top.count("responses"),
        responses_with_cookies=top.count("responses_with_cookies"),
        first_at=top.time_or_none("first_at"),
        last_at=top.time_or_none("last_at"),
        unnamed=top.count("unnamed"),
        cookies=tuple(top.each("cookies", _cookie)),
        phases=tuple(top.each("phases", _phase)) if "phases" in document else (),
    )
    return report if "phases" in document else _of_one_phase(report)


def _of_one_phase(report: InventoryReport) -> InventoryReport:
    """Return a report of a file from before modes were kept apart: all of it is one phase, in an unknown mode."""
    if report.first_at is None or report.last_at is None:
        return report
    phase = Phase(
        mode=None, responses=report.responses, responses_with_cookies=report.responses_with_cookies,
        first_at=report.first_at, last_at=report.last_at,
    )  # fmt: skip
    return replace(report, phases=(phase,))


def _phase(table: "_Table") -> Phase:
    return Phase(
        mode=table.choice_or_none("mode", Mode),
        responses=table.count("responses"),
        responses_with_cookies=table.count("responses_with_cookies"),
        first_at=table.time("first_at"),
        last_at=table.time("last_at"),
    )


def _cookie(table: "_Table") -> SeenCookie:
    return SeenCookie(
        name=table.text("name"),
        origin=table.choice("origin", Origin),
        is_family=table.flag("is_family"),
        count=table.count("count"),
        first_at=table.time("first_at"),
        last_at=table.time("last_at"),
        category=table.choice_or_none("category", Category),
        rule=table.text_or_none("rule"),
        outcomes=tuple(table.each("outcomes", _outcome)),
        set_by=tuple(table.each("set_by", _set_by)),
        set_by_others=table.count("set_by_others"),
        sent=table.one("sent", _sent),
        mode=table.choice_or_none("mode", Mode),
        is_known=table.flag_or_none("is_known"),
        rewritten_beside=table.text_or_none("rewritten_beside"),
    )


def _outcome(table: "_Table") -> Outcome:
    return Outcome(
        action=table.choice("action", Action),
        reason=table.choice("reason", Reason),
        category=table.choice_or_none("category", Category),
        rule=table.text_or_none("rule"),
        count=table.count("count"),
        left=table.count("left"),
        left_ungranted=table.count("left_ungranted"),
    )


def _set_by(table: "_Table") -> SetBy:
    return SetBy(
        method=table.text("method"),
        route=table.text("route"),
        is_declared=table.flag("is_declared"),
        status=table.count("status"),
        action=table.choice("action", Action),
        reason=table.choice("reason", Reason),
        count=table.count("count"),
        left=table.count("left"),
        left_ungranted=table.count("left_ungranted"),
    )


def _sent(table: "_Table") -> Sent:
    return Sent(
        **{name: table.count(name) for name in _COUNTS_OF_SENT},
        longest_s=table.count_or_none("longest_s"),
        domains=tuple(table.each("domains", lambda entry: (entry.text("domain"), entry.count("count")))),
        paths=tuple(table.each("paths", lambda entry: (entry.text("path"), entry.count("count")))),
    )


class _Table:
    """A JSON object whose members are read by type; `where` names it in errors."""

    def __init__(self, members: Mapping[str, Any], where: str) -> None:
        self._members = members
        self._where = where

    def _get(self, name: str, kind: type[T], what: str) -> T:
        value = self._members.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._wrong(name, what)  # the value is text of others, and may be long
        return value

    def _wrong(self, name: str, what: str) -> ValueError:
        return ValueError(f"{self._where}{name} is no {what}")

    def text(self, name: str) -> str:
        return self._get(name, str, "text")

    def text_or_none(self, name: str) -> str | None:
        return None if self._members.get(name) is None else self.text(name)

    def texts(self, name: str) -> list[str]:
        texts = self._get(name, list, "list")
        if not all(isinstance(text, str) for text in texts):
            raise self._wrong(name, "list of texts")
        return texts

    def flag(self, name: str) -> bool:
        return self._get(name, bool, "true or false")

    def flag_or_none(self, name: str) -> bool | None:
        return None if self._members.get(name) is None else self.flag(name)

    def count(self, name: str) -> int:
        count = self._get(name, int, "count")
        if not 0 <= count <= _MAX_COUNT:
            raise self._wrong(name, "count")
        return count

    def count_or_none(self, name: str) -> int | None:
        return None if self._members.get(name) is None else self.count(name)

    def choice(self, name: str, choices: type[E]) -> E:
        try:
            return choices(self.text(name))
        except ValueError:
            raise self._wrong(name, f"{choices.__name__.lower()} that this cookiegate knows") from None

    def choice_or_none(self, name: str, choices: type[E]) -> E | None:
        return None if self._members.get(name) is None else self.choice(name, choices)

    def time(self, name: str) -> datetime:
        try:
            at = datetime.fromisoformat(self.text(name))
            return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise self._wrong(name, "time like 2026-01-12T08:00:00Z") from None

    def time_or_none(self, name: str) -> datetime | None:
        return None if self._members.get(name) is None else self.time(name)

    def one(self, name: str, read: Callable[["_Table"], T]) -> T:
        return read(_Table(self._get(name, dict, "object"), f"{self._where}{name}."))

    def each(self, name: str, read: Callable[["_Table"], T]) -> Iterator[T]:
        for number, entry in enumerate(self._get(name, list, "list")):
            if not isinstance(entry, dict):
                raise self._wrong(f"{name}[{number}]", "object")
            yield read(_Table(entry, f"{self._where}{name}[{number}]."))


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= 1000 else at.isoformat().replace("+00:00", "Z")


def _written_or_none(at: datetime | None) -> str | None:
    return None if at is None else _written(at)


def _refuse_number(text: str) -> object:
    raise ValueError(f"{text} is no number of JSON")
