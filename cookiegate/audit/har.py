"""A HAR file, read as a stream: which cookies its responses set, which its requests carried, and under which consent.

Law: of an entry only the URL, five kinds of headers and the cookies are kept, and of one entry at a time.
Source: http://www.softwareishard.com/blog/har-12-spec/ and what Chrome, Firefox and Safari write.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import ijson  # type: ignore[import-untyped]  # it ships no types

from cookiegate.audit.har_entry import MEMBERS, HarEntry
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.long_strings import LongStrings
from cookiegate.audit.observation import Moment, Observation, Place, Unreadable, Way
from cookiegate.audit.text import counted, shown, shown_url
from cookiegate.audit.timeline import Timeline
from cookiegate.bounded import MAX_DEPTH, OutOfBounds
from cookiegate.wire.cookie import cookie_pairs

__all__ = ["HarFile"]

_DEEPEST = 8
_ENTRY, _PART, _ITEM = 4, 5, 7  # how many brackets are open inside of an entry, of its request, of one header there


class HarFile:
    """One HAR file; `observations` reads it; the counts are complete afterwards.

    `now` (seconds since 1970-01-01 UTC) is used for entries without a time.
    """

    def __init__(self, path: Path, hosts: OwnHosts, timeline: Timeline, now: float) -> None:
        self._path = path
        self._hosts = hosts
        self._timeline = timeline
        self._now = now
        self._creator = ""
        self.entries: int = 0
        self.own_entries: int = 0
        self.own_statuses: dict[int, int] = {}
        """How often the site answered with each status, as far as the file says it."""
        self.with_cookies: int = 0
        self.misread: int = 0
        """Entries without a URL that can be read."""
        self.left_out: int = 0
        """Headers and cookies beyond the limit."""

    def observations(self, on_octets: Callable[[int], object] = lambda _: None) -> Iterator[Observation | Moment]:
        """Yield what the entries show, in the file's order: the moment of each own request, then its cookies.

        `on_octets` is called for each entry with the number of octets that were read.

        Raises: `Unreadable` if the file is broken, no HAR file, or has no cookies.
        """
        try:
            with self._path.open("rb") as file:
                stream = LongStrings(file)
                for entry in self._entries(stream):
                    on_octets(stream.octets)
                    self.entries += 1
                    self.left_out += entry.left_out
                    yield from self._of_entry(entry)
                on_octets(stream.octets)
        except OSError as error:
            raise self._unreadable(f"can't be read: {error.strerror or error}; check the path") from error
        if not self.with_cookies:
            raise self._unreadable(self._why_empty())

    def _entries(self, stream: LongStrings) -> Iterator[HarEntry]:
        """Yield each entry of `log.entries`; everything else passes by."""
        keys: list[object] = [None] * (_DEEPEST + 1)
        depth = 0
        is_har = False
        entry: HarEntry | None = None
        item: dict[object, object] | None = None
        try:
            # Plain C numbers: through Python's own, one of 5,000 digits takes the whole interpreter down.
            for event, value in ijson.basic_parse(stream, use_float=True):
                if event == "map_key":
                    if depth <= _DEEPEST:
                        keys[depth] = value
                elif event in ("start_map", "start_array"):
                    depth += 1
                    if depth > MAX_DEPTH:
                        raise OutOfBounds(f"it nests more than {MAX_DEPTH} deep")
                    if depth == 3 and keys[1:3] == ["log", "entries"]:
                        is_har = True
                    elif depth == _ENTRY and is_har and keys[1:3] == ["log", "entries"]:
                        entry = HarEntry()
                    elif depth == _ITEM and entry is not None:
                        item = {}
                elif event in ("end_map", "end_array"):
                    if depth == _ITEM and entry is not None and item is not None:
                        entry.add(keys[4], keys[5], item)
                        item = None
                    elif depth == _ENTRY and entry is not None:
                        yield entry
                        entry = None
                    depth -= 1
                elif entry is not None:
                    if depth == _ITEM and item is not None:
                        if keys[7] in MEMBERS:
                            item[keys[7]] = value
                    elif depth == _ENTRY and keys[4] == "startedDateTime":
                        entry.started = str(value)
                    elif depth == _PART and keys[4:6] == ["request", "url"]:
                        entry.url = str(value)
                    elif depth == _PART and keys[4:6] == ["response", "status"] and isinstance(value, int | float):
                        entry.status = int(value) if 0 <= value < 1000 else 0
                elif depth == 3 and keys[3] == "name" and keys[2] in ("creator", "browser"):
                    self._creator = f"{self._creator} {shown(str(value), 60)}"[:200]
        except OutOfBounds as error:
            where = f"after entry {self.entries}, before octet {stream.octets}"
            raise self._unreadable(f"{error}, {where}; export it again") from error
        except (ijson.JSONError, ValueError, ArithmeticError) as error:
            raise self._unreadable(self._why_broken(stream, error)) from error
        if not is_har:
            raise self._unreadable("no HAR file: log.entries is missing; export one from the browser's network panel")

    def _of_entry(self, entry: HarEntry) -> Iterator[Observation | Moment]:
        host, scheme = _host_and_scheme(entry.url)
        if not host:
            self.misread += not entry.url.startswith(
                ("data:", "blob:", "chrome-extension:", "moz-extension:", "about:")
            )
            return
        is_own = host in self._hosts
        at_s = self._now = entry.at_s(self._now)
        lines = entry.set_cookie_lines()
        head = entry.head(scheme)
        self.own_entries += is_own
        if is_own and entry.status is not None and (entry.status in self.own_statuses or len(self.own_statuses) < 600):
            self.own_statuses[entry.status] = self.own_statuses.get(entry.status, 0) + 1
        self.with_cookies += bool(lines or head.cookie)
        moment, consent = self._timeline.at(host, head, lines, at_s, is_own=is_own)
        place = Place(shown_url(entry.url), self.entries)
        is_https = scheme in ("https", "wss")
        if is_own:
            yield moment
            for name in dict.fromkeys(name for name, _ in cookie_pairs(head.cookie) if name):
                yield Observation(
                    line=name + b"=", way=Way.CARRIED, place=place, host=host, moment=moment, consent=consent,
                    is_https=is_https, at_s=at_s,
                )  # fmt: skip
        for line in lines:
            yield Observation(
                line=line, way=Way.SET, place=place, host=host, moment=moment, consent=consent,
                is_https=is_https, at_s=at_s, is_own=is_own,
            )  # fmt: skip

    def _unreadable(self, problem: str) -> Unreadable:
        return Unreadable(f"{shown(self._path.name)}: {problem}")

    def _why_broken(self, stream: LongStrings, error: Exception) -> str:
        if stream.start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "octet 0: UTF-16; save it as UTF-8"
        if stream.is_at_end and (stream.is_inside or "premature" in str(error) or "Incomplete" in str(error)):
            return f"it ends in the middle, after entry {self.entries}: it was cut off; export it again"
        return (
            f"broken JSON after entry {self.entries}, before octet {stream.octets}: no UTF-8, or a mistake in the "
            "syntax; export it again"
        )

    def _why_empty(self) -> str:
        creator = f", recorded by{self._creator}" if self._creator else ""
        if not self.entries:
            return f"there is no request in it{creator}; open the network panel before the page is loaded, then export"
        recorded = "its one request" if self.entries == 1 else f"any of its {counted(self.entries, 'request')}"
        return (
            f"there is no cookie in {recorded}{creator}: browsers leave cookies out of an export "
            "by default; in Chrome's developer tools, Settings > Network, tick 'Allow to generate HAR "
            "with sensitive data' and then choose 'Export HAR (with sensitive data)'"
        )


def _host_and_scheme(url: str) -> tuple[str, str]:
    """Return host and scheme of a web address; two empty texts for anything else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (host, parts.scheme) if parts.scheme in ("http", "https", "ws", "wss") else ("", "")
