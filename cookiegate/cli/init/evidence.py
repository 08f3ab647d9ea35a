"""The sources of `cookiegate init`: sites, HAR files, inventories, policy pages; what each of them shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cookiegate.cli.audit_browser import Launch, look_with_browser, read_rendered_page
from cookiegate.cli.init.rows import Declared, Seen
from cookiegate.cli.init.stored import SeenKey
from cookiegate.cli.inventory_toml import format_lifetime
from cookiegate.cookie_rule import STORAGES
from cookiegate.registry.numbered_name import family_of
from cookiegate.report.seen import MALFORMED
from cookiegate.wire.token import is_token

if TYPE_CHECKING:
    from cookiegate.audit.result import Audit
    from cookiegate.registry.proposals import Filling

__all__ = ["Evidence", "read_har", "read_policy", "read_recording", "read_site", "read_site_by_browser"]


@dataclass(slots=True)
class Evidence:
    """What all sources together say."""

    seen: list[Seen] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    stored: list[SeenKey] | None = None
    """What scripts keep in storages of the browser; `None` where no browser looked."""
    problems: list[str] = field(default_factory=list)
    """What a source could not show, or what was not understood in it; each with the source."""

    def add(self, name: str, longest_s: float | None, where: str) -> None:
        """Take up a cookie that a source saw; a name that no browser stores is a problem."""
        if not is_token(name.encode("latin-1", "replace")):
            self.problems.append(f"{where}: {name!r} can't be the name of a cookie; left out")
            return
        seconds = None if longest_s is None else max(1, int(longest_s))
        words = "session" if seconds is None else format_lifetime(_rounded(seconds))
        self.seen.append(Seen(name, words, seconds, where, family_of(name)))


def _rounded(seconds: int) -> int:
    """Round a lifetime up to what people say: whole days from two days on, else what an Expires date may lack."""
    if seconds >= 2 * 86400:
        return seconds + -seconds % 86400
    for unit in (3600, 60):
        if seconds >= unit:
            missing = -seconds % unit
            return seconds + missing if missing <= min(61, seconds // 50) else seconds
    return seconds


def read_site(url: str, evidence: Evidence, *, pages: int, seconds: float, on_request: Callable[[], object]) -> None:
    """Visit a site as `cookiegate audit` does: as five visitors, without a login.

    Raises: `Unreadable`, `ValueError`.
    """
    import cookiegate
    from cookiegate.audit import auditing
    from cookiegate.audit.variants import DEFAULT_VISITORS

    audit = auditing.audit_site(
        url, auditing.Promise.of(None, auditing.platform(None)), [], granted=DEFAULT_VISITORS, consent_cookies=[],
        pages=pages, seconds=seconds, version=cookiegate.__version__, on_request=on_request,
    )  # fmt: skip
    _take(audit, evidence)


def read_site_by_browser(url: str, evidence: Evidence, launch: Launch, *, pages: int, seconds: float) -> None:
    """Look at a site as `cookiegate audit --browser` does.

    Raises: `Unreadable`, `ValueError`.
    """
    from cookiegate.audit import auditing

    promise = auditing.Promise.of(None, auditing.platform(None))
    options = {
        "pages": pages, "seconds": seconds, "clicks_by_name": True, "browser_path": launch.path,
        "has_sandbox": launch.has_sandbox,
    }  # fmt: skip
    audit = look_with_browser(url, promise, [], None, options)
    _take(audit, evidence)
    evidence.stored = [*(evidence.stored or ()), *_stored_in(audit)]


def _stored_in(audit: "Audit") -> Iterator[SeenKey]:
    """Yield what the site's own pages keep in storages; the guard runs in no others."""
    from cookiegate.audit.hosts import OwnHosts

    own = OwnHosts(audit.source.hosts.split(", "))
    phases: dict[tuple[str, str], list[str]] = {}
    for phase in () if audit.browser is None else audit.browser.phases:
        for key in phase.keys:
            if (urlsplit(key.origin).hostname or "") in own:
                phases.setdefault((key.area, key.name), []).append(phase.phase.label)
    for storage in STORAGES:
        for (area, name), labels in phases.items():
            if area == storage:
                yield SeenKey(storage, name, audit.source.name, tuple(dict.fromkeys(labels)))


def read_har(path: Path, evidence: Evidence) -> None:
    """Read a HAR file as `cookiegate audit` does.

    Raises: `Unreadable`, `OSError`, `ValueError`.
    """
    from cookiegate.audit import auditing

    auditing.refuse_other_kinds(path)
    _take(auditing.audit_har(path, auditing.Promise.of(None, auditing.platform(None)), [], lambda _: None), evidence)


def _take(audit: "Audit", evidence: Evidence) -> None:
    """Take up the cookies that an audit found, and what it could not see."""
    from cookiegate.audit.finding import Code

    where = audit.source.name
    for cookie in audit.cookies:
        evidence.add(cookie.name, cookie.longest_s if cookie.is_set else None, where)
    for finding in audit.findings:
        if finding.code in (Code.NOTHING_SEEN, Code.NOT_SEEN):
            evidence.problems.append(f"{where}: {finding.code.headline}: {finding.cookie}")


def read_recording(path: Path, evidence: Evidence) -> None:
    """Read what a gate recorded: a directory, or a file of one.

    Raises: `ValueError` if nothing in it can be read.
    """
    from cookiegate.report.reading import read_inventory, without_modes

    reading = read_inventory([path])
    evidence.problems += reading.problems
    if not reading.files:
        raise ValueError(f"{path.name}: no inventory in it; give the directory that Inventory writes to")
    for cookie in without_modes(reading.report).cookies:
        if cookie.is_family:
            name = cookie.name.removesuffix("*") + "1"
            evidence.add(name, cookie.sent.longest_s, path.name)
        elif any(outcome.reason not in MALFORMED for outcome in cookie.outcomes):
            evidence.add(cookie.name, cookie.sent.longest_s, path.name)


def read_policy(
    source: str, evidence: Evidence, filling: "Filling | None" = None, *, launch: Launch | None = None
) -> None:
    """Read a policy page, by its path or its URL, as `cookiegate registry import` does.

    `launch`: a browser loads the URL, so that tables are read that a script draws.

    Raises: `ConfigError`, `Unreadable`, `ModuleNotFoundError` where a package that reads it is missing.
    """
    from cookiegate.audit.auditing import is_url
    from cookiegate.registry.formats import Format, parse_declaration, read_declaration
    from cookiegate.registry.proposals import PROPOSED, Gaps

    gaps = Gaps(filling, proposes=True)
    if is_url(source):
        import cookiegate
        from cookiegate.audit.page_text import read_page_text
        from cookiegate.audit.text import shown_url

        where = shown_url(source)
        if launch is not None:
            text = read_rendered_page(source, launch)
        else:
            text = read_page_text(source, agent=f"cookiegate/{cookiegate.__version__}")
        found = parse_declaration(text, where=where, format=Format.HTML, gaps=gaps)
    else:
        where = Path(source).name
        found = read_declaration(source, gaps=gaps)
    evidence.declared += [Declared(rule, where, found.comments.get(rule.name, ())) for rule in found.rules]
    left = (remark for remark in found.not_understood if not remark.text.startswith(PROPOSED))
    evidence.problems += [f"{where}: {remark}" for remark in left]
