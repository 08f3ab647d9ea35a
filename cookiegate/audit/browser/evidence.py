"""What a browser saw, as frozen values that can be written to a file and read again.

Law: no value of a cookie or of a stored entry is in it, and no query of an address.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.json_shape import objects

__all__ = [
    "NO_ROOM", "BrowserEvidence", "Control", "JarCookie", "Missed", "OtherRequests", "PhaseEvidence", "SeenLine",
    "SentCookie", "Setter", "Shot", "Step", "StoredKey", "merged", "without_value",
]  # fmt: skip

_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b'",;\\')
"""The octets that may be in a cookie's value (RFC 6265 §4.1.1)."""


class Setter(StrEnum):
    """Who set a cookie."""

    RESPONSE = "response"
    SCRIPT = "script"
    UNKNOWN = "unknown"
    """It is in the browser, and nobody was seen setting it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A cookie that was set, by a Set-Cookie line or by what a script wrote."""

    line: str
    """As a Set-Cookie line, each character an octet, without the value: `without_value`."""
    setter: Setter
    where: str
    """The URL of the response, or of the script that wrote it."""
    chain: tuple[str, ...] = ()
    """The further scripts of the call stack, from the inside to the outside."""
    host: str
    """The host of the response, or of the document in which the script ran."""
    page: str
    is_https: bool
    at_s: float
    """Seconds since 1970-01-01 UTC."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JarCookie:
    """A cookie in the browser at the end of a phase."""

    name: str
    domain: str
    path: str
    lifetime_s: float | None
    """How long it still lives; `None`: until the browser session ends."""
    secure: bool
    http_only: bool
    same_site: str
    is_partitioned: bool
    is_readable: bool
    """A script of the site's page can read it."""


@dataclass(frozen=True, slots=True)
class SentCookie:
    """A cookie that requests to a host carried."""

    name: str
    host: str
    count: int = 1


@dataclass(frozen=True, slots=True, order=True)
class StoredKey:
    """A key of local or session storage, or the name of an IndexedDB database."""

    area: str
    """`"local"`, `"session"` or `"indexeddb"`."""
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class OtherRequests:
    """The requests to one host that is not the site's own."""

    host: str
    kinds: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Control:
    """A button of a banner, as it was measured before it was clicked."""

    role: str
    """`"accept"`, `"reject"` or `"withdraw"`."""
    name: str
    found_by: str
    """The platform, the option, or `"its name"`."""
    clicks: int
    """How many clicks it takes from the page as it was loaded."""
    width: float = 0
    """In CSS pixels, as the height."""
    height: float = 0
    text_contrast: float | None = None
    """Of the text to the button's ground, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    fill_contrast: float | None = None
    """Of the button's ground to the banner's."""
    font_size: float | None = None
    """Of its text, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, for the timeline."""

    after_s: float
    """Seconds since the phase began."""
    what: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the page at a step."""

    label: str
    png: str = field(repr=False)
    """Base64."""
    width: int
    height: int


NO_ROOM = "further cookies and hosts"
"""The subject of what was left out because the lists are full."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What could not be seen in a phase."""

    subject: str
    what: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEvidence:
    """Everything that was seen in one phase."""

    phase: Phase
    lines: tuple[SeenLine, ...] = ()
    jar: tuple[JarCookie, ...] = ()
    sent: tuple[SentCookie, ...] = ()
    keys: tuple[StoredKey, ...] = ()
    requests: tuple[OtherRequests, ...] = ()
    refused: tuple[str, ...] = ()
    """What the browser was not let to, with the reason."""
    controls: tuple[Control, ...] = ()
    steps: tuple[Step, ...] = ()
    shots: tuple[Shot, ...] = ()
    missed: tuple[Missed, ...] = ()
    pages: tuple[str, ...] = ()
    """The pages that were seen."""
    has_banner: bool = False
    """A button to accept was there when the site was loaded."""
    has_way_back: bool | None = None
    """The page offers to change one's mind, once there was a choice; `None`: not looked for."""
    held: tuple[str, ...] = ()
    """The names of the cookies that were in the browser when the visitor made the choice."""
    is_finished: bool = True

    @property
    def is_seen(self) -> bool:
        """Return whether a page was seen after the choice that the phase is named after; else nothing of it is known.

        What was seen before the choice is not of the phase, so without the click there is no page.
        """
        return bool(self.pages)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` made. Raises: `ValueError` for anything else."""
        given = objects([document], [each.name for each in fields(cls)])[0].copy()
        for name, kind in _PARTS.items():
            parts = objects(given[name], [each.name for each in fields(kind)])
            given[name] = tuple(kind(**_tuples(part)) for part in parts)
        return cls(**_tuples(given) | {"phase": Phase(given["phase"])})


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return found | ({"setter": Setter(found["setter"])} if "setter" in found else {})


_PARTS: dict[str, Any] = {
    "lines": SeenLine, "jar": JarCookie, "sent": SentCookie, "keys": StoredKey, "requests": OtherRequests,
    "controls": Control, "steps": Step, "shots": Shot, "missed": Missed,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserEvidence:
    """All phases of one audit."""

    host: str
    """The host of the audited site."""
    browser: str
    """Name and version."""
    started_at: str
    ended_at: str
    registry_digest: str = ""
    """SHA-256 of the registry's file, in hexadecimal; empty where none was given."""
    phases: tuple[PhaseEvidence, ...]
    left: int = 0
    """How many pages were known and not looked at."""
    policy_page: str = ""
    """The address of the policy page that was compared with the registry; empty: none."""

    def of(self, phase: Phase) -> PhaseEvidence | None:
        """Return what was seen in a phase; `None` where it was left out."""
        return next((each for each in self.phases if each.phase == phase), None)


def without_value(line: bytes) -> str:
    """Return a Set-Cookie line with each character of its value that a value may have written as `x`.

    What a strict value must not have stays what it is, so that the line is assessed as if it had its value; octets
    above 127 all become 128.
    """
    pair, semicolon, rest = line.partition(b";")
    name, equals, value = pair.partition(b"=")
    if not equals:
        name, value = b"", pair
    hidden = bytes(0x78 if octet in _PLAIN else min(octet, 0x80) for octet in value)
    return (name + equals + hidden + semicolon + rest).decode("latin-1")


def merged(old: PhaseEvidence, new: PhaseEvidence) -> PhaseEvidence:
    """Return what two runs of a phase saw together, the second going on where the first one ended.

    The second run visits again what the first one could not see; only what the first left out for room remains missed.
    """
    requests: dict[str, OtherRequests] = {each.host: each for each in old.requests}
    for each in new.requests:
        known = requests.get(each.host, OtherRequests(each.host, (), 0))
        kinds = tuple(sorted({*known.kinds, *each.kinds}))
        requests[each.host] = OtherRequests(each.host, kinds, known.count + each.count)
    sent: dict[tuple[str, str], int] = {}
    for carried in (*old.sent, *new.sent):
        sent[carried.name, carried.host] = sent.get((carried.name, carried.host), 0) + carried.count
    jar = {(cookie.name, cookie.domain, cookie.path): cookie for cookie in (*old.jar, *new.jar)}
    return replace(
        new, lines=(*old.lines, *new.lines), jar=tuple(jar.values()),
        sent=tuple(SentCookie(name, host, count) for (name, host), count in sent.items()),
        keys=tuple(sorted({*old.keys, *new.keys})), requests=tuple(requests[host] for host in sorted(requests)),
        refused=tuple(dict.fromkeys((*old.refused, *new.refused))), controls=old.controls or new.controls,
        steps=(*old.steps, Step(0.0, "the audit was resumed"), *new.steps), shots=old.shots or new.shots,
        missed=tuple(dict.fromkeys((*(each for each in old.missed if each.subject == NO_ROOM), *new.missed))),
        pages=tuple(dict.fromkeys((*old.pages, *new.pages))),
        has_banner=old.has_banner or new.has_banner,
        has_way_back=new.has_way_back if old.has_way_back is None else old.has_way_back,
        held=tuple(sorted({*old.held, *new.held})),
    )  # fmt: skip
