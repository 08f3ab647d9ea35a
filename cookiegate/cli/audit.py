"""`cookiegate audit`: what a site was seen to set, held against what its policy promises."""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import cookiegate
from cookiegate.audit.baseline import read_baseline, write_baseline
from cookiegate.audit.finding import Severity
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.text import shown
from cookiegate.cli import audit_browser as of_browser
from cookiegate.cli.audit_diff import print_diff
from cookiegate.cli.audit_formats import STANDARD_OUTPUT, SUFFIXES, Format, octets, outputs
from cookiegate.cli.audit_options import given_options, is_diff, kind_of, refuse_for_diff, refuse_others
from cookiegate.cli.options import SecondsOption
from cookiegate.cli.progress import progress_of_octets, progress_of_requests
from cookiegate.cli.site_address import with_scheme
from cookiegate.cli.visitors import VisitorsOption, visitors_of
from cookiegate.cli.writable import require_outputs
from cookiegate.errors import ConfigError
from cookiegate.redaction import redacted

if TYPE_CHECKING:
    from cookiegate.audit.result import Audit

__all__ = ["audit"]

_NEEDED = ("httpx", "ijson", "jinja2", "publicsuffixlist", "rich")


_Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="HAR|URL|INVENTORY",
        help="A HAR file, a site's address, or an inventory; or `diff OLD NEW`, two reports in JSON.",
    ),
]
_Registry = Annotated[
    Path | None,
    typer.Option(
        "--registry", "-r", help="The site's cookies.toml. Without it no promise can be checked, and that is a finding."
    ),
]
_Form = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="How to print it, table if not given; and a file whose name does not say."),
]
_Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        help="Write to a file as its name says: .html, .json, .sarif, .xml (JUnit) or .txt; - is standard "
        "output; repeat it for several.",
    ),
]
_FailOn = Annotated[Severity, typer.Option("--fail-on", help="The least that fails.")]
_Baseline = Annotated[Path | None, typer.Option("--baseline", help="Findings that are accepted for now.")]
_NewBaseline = Annotated[
    Path | None, typer.Option("--write-baseline", help="Accept what is found now: write a baseline, exit with 0.")
]
_Host = Annotated[
    list[str] | None, typer.Option("--host", help="The site's own host, with its subdomains; repeat for several.")
]
_Consent = Annotated[
    str | None, typer.Option("--consent", metavar="PLATFORM", help="The consent platform; else it is recognised.")
]
_ConsentCookie = Annotated[
    list[str] | None,
    typer.Option(
        "--consent-cookie",
        metavar="NAME=VALUE",
        help="URL: another platform's consent cookie, as copied from a browser; one visitor each.",
    ),
]
_Cookie = Annotated[
    list[str] | None,
    typer.Option(
        "--cookie",
        metavar="NAME=VALUE",
        help="URL: a cookie that logs in, for this host alone; its value is in no report. Repeat it.",
    ),
]
_Header = Annotated[
    list[str] | None,
    typer.Option("--header", metavar="'NAME: VALUE'", help="URL: a request header that logs in, likewise."),
]
_Pages = Annotated[int, typer.Option("--pages", min=1, max=500, help="URL: how many pages to look at.")]


def audit(  # noqa: PLR0913, PLR0917  # typer reads options from the signature
    context: typer.Context,
    sources: _Sources,
    registry: _Registry = None,
    form: _Form = None,
    output: _Output = None,
    fail_on: _FailOn = Severity.WARNING,
    baseline: _Baseline = None,
    new_baseline: _NewBaseline = None,
    host: _Host = None,
    consent: _Consent = None,
    granted: VisitorsOption = None,
    consent_cookie: _ConsentCookie = None,
    cookie: _Cookie = None,
    header: _Header = None,
    pages: _Pages = 5,
    seconds: SecondsOption = 20,
    browser: of_browser.Browser = False,
    browser_path: of_browser.BrowserPath = None,
    accept_selector: of_browser.AcceptSelector = None,
    reject_selector: of_browser.RejectSelector = None,
    withdraw_selector: of_browser.WithdrawSelector = None,
    click_by_name: of_browser.ClickByName = False,
    wait: of_browser.Wait = 1.0,
    delay: of_browser.Delay = 0.5,
    minutes: of_browser.Minutes = 30.0,
    megabytes: of_browser.Megabytes = 500,
    ignore_robots: of_browser.IgnoreRobots = False,
    policy_page: of_browser.PolicyPage = None,
    storage_state: of_browser.StorageState = None,
    resume: of_browser.Resume = None,
    allow_private: of_browser.AllowPrivate = None,
    no_sandbox: of_browser.NoSandbox = False,
) -> None:
    """Audit a HAR file, a running site, or an inventory against the policy.

    With --browser the installed Chromium looks at a site before any choice, after reject, accept and withdrawal, and
    with Global Privacy Control. `audit diff OLD NEW` compares two reports in JSON.

    What the audit could not see is a finding too: an error page, a login, a registry that was not given.

    Exit code: 0 without findings (of --fail-on or worse), 1 with some, 2 for what can't be read.
    """
    given = _prepare(context)
    if is_diff(sources):
        raise typer.Exit(_difference(sources, given, form, fail_on))
    in_browser = {
        "browser_path": browser_path, "accept_selector": accept_selector, "reject_selector": reject_selector,
        "withdraw_selector": withdraw_selector, "clicks_by_name": click_by_name, "wait_s": wait, "delay_s": delay,
        "minutes": minutes, "megabytes": megabytes, "ignores_robots": ignore_robots, "policy_page": policy_page,
        "storage_state": storage_state, "resume": resume, "allowed": tuple(allow_private or ()),
        "has_sandbox": not no_sandbox, "pages": pages, "seconds": seconds,
    }  # fmt: skip
    with _exit_on_error(sources[0], registry):
        source, files, accepted = _source_of(sources), outputs(output or [], form), read_baseline(baseline)
        _check(given, source, files, form, new_baseline, is_browser=browser)
        options = _visitors(granted, consent_cookie, cookie, header) | {"pages": pages, "seconds": seconds}
        found = _audit(source, registry, consent, host or [], options, in_browser if browser else None).accept(accepted)
        raise typer.Exit(_write(found, files, form, registry, fail_on, in_browser, new_baseline))


def _prepare(context: typer.Context) -> tuple[str, ...]:
    """Look for the packages; keep quiet what `Detect()` logs, since the audit has it; return the options given."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise _failed([f"the audit needs {' and '.join(missing)}; pip install 'cookiegate[audit]'"])
    logging.getLogger("cookiegate").addHandler(logging.NullHandler())
    return given_options(context)


def _check(
    given: tuple[str, ...], source: str, files: list[tuple[Path, Format]], form: Format | None,
    new_baseline: Path | None, *, is_browser: bool,
) -> None:  # fmt: skip
    """Refuse outputs that can't be written, and options that mean nothing here. Raises: `ValueError`."""
    makes_pdf = Format.PDF in (form, *(as_what for _, as_what in files))
    require_outputs([path for path, _ in files], new_baseline, makes_pdf=makes_pdf)
    refuse_others(given, kind_of(source, is_browser=is_browser), makes_pdf=makes_pdf)


def _visitors(
    granted: list[str] | None, consent_cookie: list[str] | None, cookie: list[str] | None, header: list[str] | None
) -> dict[str, object]:
    """Return as whom a site is looked at."""
    return {
        "granted": visitors_of(granted), "consent_cookies": consent_cookie or [],
        "cookies": cookie or [], "headers": header or [],
    }  # fmt: skip


def _difference(sources: list[str], given: tuple[str, ...], form: Format | None, fail_on: Severity) -> int:
    """Print what two reports differ in; return the exit code."""
    with _exit_on_error(sources[-1], None):
        refuse_for_diff(given, sources, form)
        _, old, new = sources
        return print_diff(Path(old), Path(new), is_json=form is Format.JSON, least=fail_on)


def _source_of(sources: list[str]) -> str:
    """Return the one source, a site with its scheme. Raises: `ValueError` for several."""
    if len(sources) > 1:
        raise ValueError(f"{shown(sources[1])}: one source at a time; to compare two reports: audit diff OLD NEW")
    return with_scheme(sources[0])


def _write(  # noqa: PLR0917  # what an audit is written with
    found: "Audit", files: list[tuple[Path, Format]], form: Format | None, registry: Path | None, fail_on: Severity,
    in_browser: Mapping[str, object], new_baseline: Path | None,
) -> int:  # fmt: skip
    """Write the files and the new baseline; print what standard output gets; return the exit code.

    Where a file can't be written, the result is printed all the same. Raises: what writing raised.
    """
    to_stdout = [as_what for path, as_what in files if path == STANDARD_OUTPUT]
    files = [each for each in files if each[0] != STANDARD_OUTPUT]
    failure: Exception | None = None
    written = []
    for path, as_what in files:
        try:
            path.write_bytes(octets(found, as_what, registry, fail_on, in_browser))
            written.append(path)
        except (OSError, ValueError, Unreadable) as error:
            failure = failure or error
    if new_baseline is not None:
        try:
            new_baseline.write_text(write_baseline(found), encoding="utf-8", newline="\n")
        except OSError as error:
            failure = failure or error
    is_of_a_file = any(path.suffix.lower() not in SUFFIXES for path, _ in files)
    if to_stdout:
        _print(b"".join(octets(found, as_what, registry, fail_on, in_browser) for as_what in to_stdout))
    elif form is None or form is Format.TABLE or is_of_a_file or (failure is not None and form is Format.PDF):
        from cookiegate.cli.audit_table import print_audit

        is_brief = failure is None and bool(files) and (form is None or is_of_a_file)
        print_audit(found, written, is_brief=is_brief)
    else:
        _print(octets(found, form, registry, fail_on, in_browser))
    if failure is not None:
        raise failure
    return int(found.is_blind if new_baseline is not None else found.fails(fail_on))


def _print(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


@contextmanager
def _exit_on_error(source: str, registry: Path | None) -> Iterator[None]:
    """End the command with exit code 2 and a message where a file, a setting or an address can't be used."""
    try:
        yield
    except ConfigError as error:
        from cookiegate.cli.checking import list_mistakes

        raise _failed(error.problems if registry is None else list_mistakes(registry, error)) from error
    except OSError as error:
        what = shown(str(error.filename or source))
        or_address = "" if str(error.filename) != source else ", or write the address with http:// or https://"
        raise _failed([f"{what}: {error.strerror or error}; check the path{or_address}"]) from error
    except (Unreadable, ValueError) as error:
        raise _failed([str(error)]) from error


def _failed(problems: list[str] | tuple[str, ...]) -> typer.Exit:
    """Say what is wrong, and make the exit to be raised."""
    typer.echo("\n".join(f"cookiegate: {redacted(problem)}" for problem in problems), err=True)
    return typer.Exit(2)


def _audit(  # noqa: PLR0917  # the options, sorted
    source: str, registry: Path | None, consent: str | None, hosts: list[str], options: dict[str, object],
    in_browser: Mapping[str, object] | None,
) -> "Audit":  # fmt: skip
    """Open whatever the source is, and audit it; `in_browser`: how a browser does it, if one is to."""
    from cookiegate.audit import auditing

    promise = auditing.Promise.of(registry, auditing.platform(consent))
    if in_browser is not None:
        return of_browser.look_with_browser(source, promise, hosts, registry, in_browser)
    if auditing.is_url(source):
        with progress_of_requests("looking at the site") as step:
            return auditing.audit_site(
                source, promise, hosts, version=cookiegate.__version__, on_request=step, **options  # type: ignore[arg-type]
            )  # fmt: skip
    path = Path(source)
    if "://" in source and not path.exists():
        raise ValueError(f"{redacted(shown(source))}: no web address; give one with http:// or https://, or a file")
    if auditing.is_inventory(path):
        return auditing.audit_inventory(path, promise)
    auditing.refuse_other_kinds(path)
    with progress_of_octets(path) as tell:
        return auditing.audit_har(path, promise, hosts, tell)
