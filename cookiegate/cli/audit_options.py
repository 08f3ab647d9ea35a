"""Which options of `cookiegate audit` mean something for which source; any other that is given is refused.

Law: no option is silently ignored.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import typer

from cookiegate.audit.text import listed
from cookiegate.cli.audit_formats import Format

__all__ = ["given_options", "is_diff", "kind_of", "refuse_for_diff", "refuse_others"]

_BROWSER, _SITE, _HAR = "browser", "site", "har"
_FOR_BROWSER = (
    "browser_path", "accept_selector", "reject_selector", "withdraw_selector", "click_by_name", "wait", "delay",
    "minutes", "megabytes", "ignore_robots", "policy_page", "storage_state", "resume", "allow_private", "no_sandbox",
)  # fmt: skip
_MEANT_FOR: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_FOR_BROWSER, (_BROWSER,)),
    **dict.fromkeys(("granted", "consent_cookie", "cookie", "header"), (_SITE,)),
    **dict.fromkeys(("pages", "seconds"), (_SITE, _BROWSER)),
    "host": (_SITE, _BROWSER, _HAR),
}
"""The kinds of source that an option is for; one that is not here is for all."""
_FOR_PDF = ("browser_path", "no_sandbox")
"""A PDF is printed by a browser, whatever the source is."""
_FOR_DIFF = ("sources", "form", "is_json", "fail_on")
_OTHER_NAMES = {"form": "format", "new_baseline": "write_baseline"}


def given_options(context: typer.Context) -> tuple[str, ...]:
    """Return the names of the parameters that were given, not left at their default."""
    names = context.params
    sources = {name: context.get_parameter_source(name) for name in names}
    return tuple(name for name, source in sources.items() if source is not None and "DEFAULT" not in source.name)


def kind_of(source: str, *, is_browser: bool) -> str:
    """Return what is audited: by a browser, a site, an inventory, or else a HAR file. Raises: `OSError`."""
    from cookiegate.audit import auditing

    if is_browser:
        return _BROWSER
    if auditing.is_url(source):
        return _SITE
    path = Path(source)
    return "inventory" if path.exists() and auditing.is_inventory(path) else _HAR


def refuse_others(given: Collection[str], kind: str, *, makes_pdf: bool = False) -> None:
    """Raise `ValueError` for an option that means nothing for this kind of source."""
    for name in given:
        kinds = _MEANT_FOR.get(name, (kind,))
        if kind not in kinds and not (makes_pdf and name in _FOR_PDF):
            raise ValueError(f"{_option(name)}: {_why(name, kind)}; leave it out")


def _why(name: str, kind: str) -> str:
    if kind == _BROWSER:
        return "a browser makes its choices itself, and logs in with --storage-state"
    if name in ("cookie", "header"):
        return "only a site's address can be asked with a login"
    if name in _FOR_PDF:
        return "only for an audit with --browser, and for a PDF"
    if name in _FOR_BROWSER:
        return "only for an audit with --browser"
    if name == "host":
        return "an inventory is of the site itself"
    return "only for a site's address"


def refuse_for_diff(given: Collection[str], sources: list[str], form: Format | None) -> None:
    """Raise `ValueError` where `audit diff` has not two reports, a format that it does not write, or other options."""
    if len(sources) != 3:
        raise ValueError(
            "audit diff: needs two reports in JSON: audit diff OLD NEW; `cookiegate audit -o report.json` writes one"
        )
    for name in given:
        if name not in _FOR_DIFF:
            raise ValueError(f"{_option(name)}: means nothing to audit diff, which has --format and --fail-on alone")
    forms = [Format.TABLE, Format.JSON]
    if form is not None and form not in forms:
        raise ValueError(f"--format {form}: audit diff is printed as {listed([str(each) for each in forms])} alone")


def is_diff(sources: list[str]) -> bool:
    """Return whether two reports are to be compared; a file that is called `diff` can be audited alone."""
    return sources[0] == "diff" and (len(sources) > 1 or not Path("diff").exists())


def _option(name: str) -> str:
    return f"--{_OTHER_NAMES.get(name, name).replace('_', '-')}"
