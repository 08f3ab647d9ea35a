"""OneTrust's cookie list: the published page, the JSON that its script loads (`DomainData.Groups`), and CSV exports.

A cell of the page lists cookies with their lifetimes; lengths in the JSON are days; in names `#` means any characters.
"""

import re
from collections.abc import Iterator
from typing import Any

from cookiegate.errors import ConfigError
from cookiegate.registry.declaration import Remark
from cookiegate.registry.documents.outline import Section
from cookiegate.registry.documents.strays import stray
from cookiegate.registry.documents.table import Cell, Row, Table, settled

__all__ = ["is_onetrust", "onetrust_tables"]

_IN_HTML = re.compile(r"<[^<>]*\b(?:ot-sdk-cookie-policy|ot-host-td|ot-cookies-td)")
_HEADINGS = ("cookie name", "purpose", "lifetime", "host", "type", "provider")


def is_onetrust(text: str) -> bool:
    """Return whether a page or JSON file is OneTrust's."""
    return bool(_IN_HTML.search(text)) or ('"Groups"' in text and '"FirstPartyCookies"' in text)


def onetrust_tables(content: Any, remarks: list[Remark]) -> list[Table]:
    """Return a table for each list of cookies in the groups; what among them is no object gets a remark.

    Raises: `ConfigError` if there are no groups.
    """
    if isinstance(content, dict) and isinstance(content.get("DomainData"), dict):
        content = content["DomainData"]
    groups = content.get("Groups") if isinstance(content, dict) else None
    if not isinstance(groups, list):
        raise ConfigError(["DomainData.Groups: not there; give the JSON that OneTrust's script loads, or its page"])
    heading = Row("Groups", tuple(map(Cell, _HEADINGS)))
    tables = []
    for place, group in _objects(groups, "Groups", remarks):
        rows = [Row(at, _cells(cookie, provider)) for at, cookie, provider in _cookies(group, place, remarks)]
        tables.append(Table(place, [heading, *rows], (Section(_text(group.get("GroupName"))),)))
    return tables


def _cookies(group: dict[str, Any], place: str, remarks: list[Remark]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each cookie of a group with its place, and the name of its third party or an empty text."""
    for at, cookie in _objects(group.get("FirstPartyCookies"), f"{place}.FirstPartyCookies", remarks):
        yield at, cookie, ""
    for at, host in _objects(group.get("Hosts"), f"{place}.Hosts", remarks):
        for inner, cookie in _objects(host.get("Cookies"), f"{at}.Cookies", remarks):
            yield inner, cookie, _text(host.get("DisplayName") or host.get("HostName"))


def _objects(value: Any, place: str, remarks: list[Remark]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, item in enumerate(value if isinstance(value, list) else (), start=1):
        if isinstance(item, dict):
            yield f"{place}[{number}]", item
        else:
            remarks.append(stray(f"{place}[{number}]", item))


def _cells(cookie: dict[str, Any], provider: str) -> tuple[Cell, ...]:
    texts = (
        _text(cookie.get("Name")),
        _text(cookie.get("description") or cookie.get("thirdPartyDescription")),
        _lifetime(cookie),
        _text(cookie.get("Host")),
        "third party cookie" if provider else "first party cookie",
        provider,
    )
    return tuple(map(Cell, texts))


def _lifetime(cookie: dict[str, Any]) -> str:
    """Return a length, a number of days, as a lifetime."""
    length = _text(cookie.get("Length"))
    if cookie.get("IsSession") is True:
        return "session"
    return f"{length} {'day' if length == '1' else 'days'}" if length else ""


def _text(value: Any) -> str:
    return settled(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""
