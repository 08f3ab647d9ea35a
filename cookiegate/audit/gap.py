"""Gaps: what an audit could not see. Law: each gap is a finding, so an audit that saw nothing never passes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cookiegate.audit.finding import Code, Finding
from cookiegate.audit.observation import Moment

__all__ = ["Gap", "findings_of"]

_MAX_GAPS = 40


@dataclass(frozen=True, slots=True)
class Gap:
    """One page, file or part of the source that was not seen."""

    subject: str
    """What was not seen; safe to print."""
    what: str
    """Why, and what to do; safe to print."""
    moment: Moment | None = None
    """The visitor who did not see it; `None` for all."""
    is_whole: bool = False
    """Nothing was seen as this visitor."""


def findings_of(gaps: Iterable[Gap]) -> Iterator[Finding]:
    """Combine the gaps of several visitors that have the same reason."""
    alike: dict[tuple[str, str, bool], list[Moment]] = {}
    for gap in gaps:
        moments = alike.setdefault((gap.subject, gap.what, gap.is_whole), [])
        if gap.moment is not None:
            moments.append(gap.moment)
    for (subject, what, is_whole), moments in [*alike.items()][:_MAX_GAPS]:
        code = Code.NOTHING_SEEN if is_whole else Code.NOT_SEEN
        yield Finding(code=code, cookie=subject, detail=what, moments=tuple(sorted(set(moments))), count=len(moments))
    if len(alike) > _MAX_GAPS:
        more = f"{len(alike) - _MAX_GAPS:,} more"
        yield Finding(code=Code.NOT_SEEN, cookie=more, detail="a report lists 40")
