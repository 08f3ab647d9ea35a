"""IAB Tech Lab's Global Privacy Platform: one string that holds the strings of several regions.

`DBACNYA~CQraFkAQ...~1YNN`: a header that lists section ids, then the sections in that order. Read are the TC strings of
Europe (2) and Canada (5), the US Privacy string (6), and the opt-outs of sale, sharing and targeted advertising in the
US sections (7 to 27).
Law: opt-outs narrow. Only a TC string grants by itself.
Source: https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform, "Core/Consent String Specification.md"
and "Sections/".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from cookiegate.consent.iab.bits import BitReader, IdBudget, unescaped
from cookiegate.consent.iab.opt_out import (
    OptOut,
    StringSource,
    check_names,
    check_unless_refused,
    name_tuple,
    opt_out_consent,
)
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.consent.iab.us_privacy import decode_us_privacy
from cookiegate.consent.source import strictest
from cookiegate.model import Category, Consent, Reason
from cookiegate.problems import Problems

__all__ = ["SECTIONS", "Gpp", "Layout", "decode_opt_outs", "split_gpp_string"]

_MAX_SECTIONS = 64
_TCF_EU = 2
_TCF_CANADA = 5
_US_PRIVACY = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the opt-outs are in the core of a US section. All its fields but the first are pairs of bits."""

    prefix: str
    """The name under which the section is known in JavaScript."""
    first: int
    """The bit at which the opt-outs start: sale, then sharing or targeted advertising, or both."""
    opt_outs: int
    """How many opt-outs there are."""
    sizes: tuple[int, ...]
    """How many bits the core of each version has, version 1 first."""
    has_gpc: bool = True
    """A sub-section that starts with 01 is Global Privacy Control; elsewhere it starts with sensitive data."""


SECTIONS = MappingProxyType(
    {
        7: Layout("usnat", 18, 3, (60, 70)),
        8: Layout("usca", 12, 2, (46,)),
        9: Layout("usva", 12, 2, (40,)),
        10: Layout("usco", 12, 2, (38,)),
        11: Layout("usut", 14, 2, (42,)),
        12: Layout("usct", 12, 2, (44,)),
        13: Layout("usfl", 12, 2, (46,)),
        14: Layout("usmt", 12, 2, (46,)),
        15: Layout("usor", 12, 2, (52,)),
        16: Layout("ustx", 12, 2, (42,)),
        17: Layout("usde", 12, 2, (52,)),
        18: Layout("usia", 14, 2, (42,)),
        19: Layout("usne", 12, 2, (42,)),
        20: Layout("usnh", 12, 2, (46,)),
        21: Layout("usnj", 12, 2, (54,)),
        22: Layout("ustn", 12, 2, (42,)),
        23: Layout("usmn", 12, 2, (42,)),
        24: Layout("usmd", 16, 2, (22,)),
        25: Layout("usin", 16, 2, (24,), has_gpc=False),
        26: Layout("usky", 16, 2, (24,), has_gpc=False),
        27: Layout("usri", 16, 2, (24,), has_gpc=False),
    }
)
"""The US sections by id. Source: "Sections/US-National" and "Sections/US-States" of the specification."""


def split_gpp_string(text: bytes) -> list[tuple[int, bytes]]:
    """Split a GPP string into section ids and sections.

    Raises: `ValueError` where the header is not one, or lists other sections than follow it.
    """
    header, *sections = unescaped(text).split(b"~")
    if len(sections) > _MAX_SECTIONS:
        raise ValueError(f"{len(sections)} sections")
    reader = BitReader(header)
    kind, version = reader.integer(6), reader.integer(6)
    if (kind, version) != (3, 1):
        raise ValueError(f"header of type {kind} and version {version}; only type 3 and version 1 are read")
    ids = sorted(IdBudget(len(sections)).expand(reader.fibonacci_ranges()))
    reader.end()
    if len(ids) != len(sections) or b"" in sections:
        raise ValueError(f"the header lists {len(ids)} sections, {len(sections)} follow, or one is empty")
    return list(zip(ids, sections, strict=True))


def decode_opt_outs(layout: Layout, section: bytes) -> OptOut | None:
    """Read the opt-outs of one US section; `None` for a version of the section whose layout is not known.

    Opted out of one is opted out. Other fields (notices, sensitive data, children, the IAB's agreement) are checked
    and say nothing about cookies. What follows the known fields of the core is ignored.

    Raises: `ValueError` for a section that is truncated, or holds a value that no field has.
    """
    core, *others = section.split(b".")
    reader = BitReader(core)
    version = reader.integer(6)
    if not 1 <= version <= len(layout.sizes):
        return None
    pairs = [reader.integer(2) for _ in range((layout.sizes[0] - 6) // 2)]
    if max(pairs) > 2:
        raise ValueError("a field with the value 3, which none has")
    start = (layout.first - 6) // 2
    answers = pairs[start : start + layout.opt_outs]
    signals = [_is_gpc(other) for other in others]
    if 1 in answers:
        return OptOut.OPTED_OUT
    if layout.has_gpc and any(signals):
        return OptOut.GLOBAL_PRIVACY_CONTROL
    return OptOut.NOT_OPTED_OUT if 2 in answers else OptOut.SILENT


def _is_gpc(subsection: bytes) -> bool:
    """Return whether a sub-section is that of Global Privacy Control, and on."""
    reader = BitReader(subsection)
    return reader.integer(2) == 1 and reader.flag()


class Gpp(StringSource):
    """Reads consent from a GPP string. `None` where there is none, or it says nothing.

    A TC string in it decides on all three categories, as `Tcf` does, and an opt-out beside it still takes marketing
    away. That of Canada does too, and there implied consent counts, as an implied choice; of both, the stricter.
    Without one, "opted out" in any section refuses marketing, and so does Global Privacy Control where the
    string records it; "did not opt out" grants marketing, as an implied choice, if no section speaks against it.
    A section that is not known (of a version to come) might: beside one, nothing is granted.
    `unless_refused`: the categories that the site sets where visitors need only object; they are granted by any
    readable string that does not refuse them. By default silence grants nothing. `cookie_names`: OTGPPConsent (by
    OneTrust) and __gpp. `tcf`: how the TC string is read, `Tcf()` by default.

    The format carries no check sum: a flipped bit inside a field reads as another choice, and a string that was cut
    off right before the sub-section of Global Privacy Control reads as one without it. Any other truncation is noticed.

    Raises: `ConfigError`.
    """

    __slots__ = ("_tcf", "_unless_refused")

    def __init__(
        self,
        *,
        cookie_names: str | Iterable[str] = ("OTGPPConsent", "__gpp"),
        unless_refused: Iterable[str] = (),
        tcf: Tcf | None = None,
    ) -> None:
        names = name_tuple(cookie_names)
        categories = frozenset(name_tuple(unless_refused))
        problems = Problems("Gpp")
        check_names(names, problems)
        check_unless_refused(categories, problems)
        if tcf is not None and not isinstance(tcf, Tcf):
            problems.add(f"tcf {tcf!r}: no reader of TC strings; give one like Tcf(vendor=755)")
        problems.check()
        self._unless_refused = frozenset(map(Category, categories))
        self._tcf = tcf or Tcf()
        super().__init__(names, self.parse)

    def parse(self, value: bytes, source: str = "") -> Consent | None:
        """Read one GPP string; what is broken in any way grants nothing. Raises nothing."""
        source = source or self.cookie_names[0]
        try:
            sections = split_gpp_string(value)
            opt_outs = list(_opt_outs(sections))
        except ValueError:
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        opt_out = _strictest(opt_outs)
        choice = strictest(self._choices(sections, source))
        if choice is not None:
            return _narrowed(choice, opt_out)
        return opt_out_consent(
            opt_out, source=source, unless_refused=frozenset() if None in opt_outs else self._unless_refused
        )

    def _choices(self, sections: list[tuple[int, bytes]], source: str) -> Iterator[Consent]:
        """Yield what each TC string says."""
        for number, section in sections:
            if number == _TCF_EU:
                yield self._tcf.parse(section, source)
            elif number == _TCF_CANADA:
                yield self._tcf.parse_canadian(section, source)


def _opt_outs(sections: list[tuple[int, bytes]]) -> Iterator[OptOut | None]:
    """Yield what each section of an opt-out regime says; `None` for a section that is not known."""
    for number, section in sections:
        if number == _US_PRIVACY:
            yield decode_us_privacy(section)
        elif number not in (_TCF_EU, _TCF_CANADA):
            layout = SECTIONS.get(number)
            yield decode_opt_outs(layout, section) if layout else None


def _strictest(opt_outs: list[OptOut | None]) -> OptOut:
    """Combine what the sections say: an objection in one counts, and what is not known can't be a "no objection"."""
    for objection in (OptOut.OPTED_OUT, OptOut.GLOBAL_PRIVACY_CONTROL):
        if objection in opt_outs:
            return objection
    return OptOut.NOT_OPTED_OUT if OptOut.NOT_OPTED_OUT in opt_outs and None not in opt_outs else OptOut.SILENT


def _narrowed(consent: Consent, opt_out: OptOut) -> Consent:
    """Take marketing out of a consent where another section of the string objects to it."""
    narrower = opt_out_consent(opt_out, source="", unless_refused=frozenset())
    if narrower is None or Category.MARKETING in narrower.granted or Category.MARKETING not in consent.granted:
        return consent
    return Consent(
        consent.granted - {Category.MARKETING},
        source=consent.source,
        given_at=consent.given_at,
        explicit=consent.explicit,
        refusals=narrower.refusals,
    )
