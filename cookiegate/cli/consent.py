"""`cookiegate consent`: list the consent platforms in a Cookie header, and what `Detect()` grants and why.

The input is a header, a file, a HAR file or standard input. Values of cookies are not shown.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, BinaryIO, TypeVar
from urllib.parse import urlsplit

import typer

from cookiegate.bounded import OutOfBounds, load_json
from cookiegate.cli.options import duration_s
from cookiegate.cli.text import explain_reason, printable, shown
from cookiegate.consent.detect import Detect, Finding
from cookiegate.consent.terms import ConsentTerms
from cookiegate.decision import Decision
from cookiegate.model import OPTIONAL, Action, Category, Consent, Reason, RequestHead

if TYPE_CHECKING:
    from cookiegate.cli.consent_table import ConsentResult, PlatformResult

__all__ = ["consent"]

T = TypeVar("T")
_LENIENT = "surrogatepass"  # JSON may have lone surrogates
_MAX_OCTETS = 256 * 1024 * 1024
_FIELD = re.compile(rb"[<>*\s]*(cookie|sec-gpc|dnt):[ \t]*(.*?)[ \t\r]*", re.IGNORECASE)
_OPTIONAL = sorted(OPTIONAL)
_WITHOUT_USUAL_IDS = frozenset({"Axeptio", "Klaro"})
"""Consent sources that grant nothing until the site configures the purposes of its services."""


class _BadInput(Exception):
    """The input can't be read."""


@dataclass(slots=True)
class _Request:
    """A group of requests with the same consent cookies and signals."""

    cookie: bytes
    signals: tuple[tuple[bytes, bytes], ...]
    findings: list[Finding]
    count: int = 0
    hosts: dict[str, None] = field(default_factory=dict)


def consent(  # noqa: PLR0917  # typer reads options from the signature
    source: Annotated[
        str,
        typer.Argument(metavar="HEADER|FILE|-", help="A Cookie header, a file (a HAR file too), or - for stdin."),
    ],
    gpc: Annotated[bool, typer.Option("--gpc", help="The browser sends Sec-GPC: 1.")] = False,
    dnt: Annotated[bool, typer.Option("--dnt", help="The browser sends DNT: 1, and the site honours it.")] = False,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age", metavar="AGE", help="Older consents don't count: '13 months', '6 months', or a number of days."
        ),
    ] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="The site's current policy version.")] = None,
    require_explicit: Annotated[bool, typer.Option("--require-explicit", help="Only explicit choices count.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Recognise consent cookies: show the choice for each platform, what Detect() would grant, and why.

    Exit code: 0 if a platform was recognised, 1 if none was, 2 for input that can't be read.
    """  # fmt: skip
    max_age_s = duration_s("--max-age", max_age)
    logging.getLogger("cookiegate").addHandler(logging.NullHandler())  # the table shows what Detect() logs
    detect = Detect()
    try:
        octets = _octets(source)
        heads = _har_heads(octets) if octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else [_text_head(octets)]
        groups, total = _group_requests(heads, detect)
    except _BadInput as error:
        typer.echo(f"cookiegate: {error}", err=True)
        raise typer.Exit(2) from error
    terms = ConsentTerms(
        max_age_s=max_age_s,
        revision=revision,
        require_explicit=require_explicit,
        do_not_track=dnt,
    )
    sent = ((b"sec-gpc", b"1"),) * gpc + ((b"dnt", b"1"),) * dnt
    now = time()
    results = [_result(group, detect, terms, sent, now) for group in groups]
    recognised = sum(result["requests"] for result in results)
    if as_json:
        typer.echo(json.dumps({"requests": total, "recognised": recognised, "results": results}, indent=2))
    else:
        _print(results, total)
    raise typer.Exit(0 if results else 1)


def _octets(source: str) -> bytes:
    """Return the input: standard input, the content of a file, or the argument itself."""
    path = Path(source)
    try:
        if not source:
            raise _BadInput("the argument is empty; give a Cookie header, a file, or -")
        if source == "-":
            return _bounded(sys.stdin.buffer, "standard input")
        if "=" in source and not _is_file(path):
            return os.fsencode(source)
        with path.open("rb") as file:
            return _bounded(file, path.name)
    except (OSError, ValueError) as error:  # ValueError: the path has a NUL
        what = getattr(error, "strerror", None) or error
        raise _BadInput(f"{printable(os.fsencode(source))}: {what}; give a Cookie header, a file, or -") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # too long for a path, so it is a header
        return False


def _bounded(file: BinaryIO, name: str) -> bytes:
    octets = file.read(_MAX_OCTETS + 1)
    if len(octets) > _MAX_OCTETS:
        raise _BadInput(f"{name}: more than {_MAX_OCTETS >> 20} MiB; record fewer requests")
    return octets


def _text_head(octets: bytes) -> tuple[str, RequestHead]:
    """Parse header lines, or a single Cookie header. Several Cookie lines are joined, as servers do."""
    lines = [line for line in octets.splitlines() if line.strip()]
    fields = [match for line in lines if (match := _FIELD.fullmatch(line))]
    cookies = [match[2] for match in fields if match[1].lower() == b"cookie"]
    if not fields:
        cookies = [line.strip(b" \t") for line in lines]
    if not any(b"=" in cookie for cookie in cookies):
        raise _BadInput("no cookie in the input; give a header like 'Cookie: name=value'")
    signals = [(match[1].lower(), match[2]) for match in fields if match[1].lower() != b"cookie"]
    return "", RequestHead(cookie=b"; ".join(cookies), headers=signals)


def _har_heads(octets: bytes) -> Iterator[tuple[str, RequestHead]]:
    """Yield the host and head of each request in a HAR file.

    Source: http://www.softwareishard.com/blog/har-12-spec/
    """
    try:
        document = load_json(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _BadInput(f"the file is not UTF-8 (octet {error.start}); save it again") from error
    except OutOfBounds as error:
        raise _BadInput(str(error)) from error
    except json.JSONDecodeError as error:
        raise _BadInput(
            f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg}; save it again"
        ) from error
    for number, entry in enumerate(_member(_member(document, "log", dict), "entries", list), start=1):
        request = _member(entry, "request", dict)
        pairs = [
            (_member(each, "name", str), _member(each, "value", str)) for each in _member(request, "headers", list)
        ]
        fields = [(name.lower().encode("utf-8", _LENIENT), value.encode("utf-8", _LENIENT)) for name, value in pairs]
        cookies = [value for name, value in fields if name == b"cookie"]
        signals = [field for field in fields if field[0] in {b"sec-gpc", b"dnt"}]
        host = _host(_member(request, "url", str)) or f"entry {number}"
        yield shown(host), RequestHead(cookie=b"; ".join(cookies), headers=signals)


def _member(parent: object, key: str, kind: type[T]) -> T:
    """Return a member of a JSON object. Raises: `_BadInput` if it is missing, or of another type."""
    value = parent.get(key) if isinstance(parent, dict) else None
    if not isinstance(value, kind):
        raise _BadInput("the JSON is not a HAR file: log.entries[].request with url and headers is missing")
    return value


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # brackets around what is not an IPv6 address
        return None


def _group_requests(heads: Iterable[tuple[str, RequestHead]], detect: Detect) -> tuple[list[_Request], int]:
    """Group requests by their consent cookies and signals. Requests without a known cookie are only counted."""
    groups: dict[object, _Request] = {}
    total = 0
    for host, head in heads:
        total += 1
        known = detect.known_cookies(head.cookie)
        if known:
            signals = tuple(dict.fromkeys(head.headers))
            key = known, signals
            if key not in groups:
                groups[key] = _Request(known, signals, detect.findings(known))
            groups[key].count += 1
            if host:
                groups[key].hosts[host] = None
    return list(groups.values()), total


def _result(
    group: _Request, detect: Detect, terms: ConsentTerms, sent: tuple[tuple[bytes, bytes], ...], now: float
) -> "ConsentResult":
    head = RequestHead(cookie=group.cookie, headers=(*group.signals, *sent))
    counts = terms.apply(detect(head), head, now)
    return {
        "requests": group.count,
        "hosts": list(group.hosts),
        "platforms": [_platform_result(finding, detect, group.cookie) for finding in group.findings],
        "granted": sorted(counts.granted),
        "why": {category.value: _why(counts, category) for category in _OPTIONAL},
    }


def _why(counts: Consent, category: Category) -> str:
    """Return the reason why a category is granted or not, as a sentence."""
    reason = Reason.GRANTED if category in counts.granted else counts.refusal(category)
    if reason is Reason.GRANTED and not counts.explicit:
        return "It is implied or a default: the visitor did not act."
    return explain_reason(Decision(action=Action.KEEP, reason=reason, policy_rule=5, name="", category=category))


def _platform_result(finding: Finding, detect: Detect, cookie: bytes) -> "PlatformResult":
    """Return a platform's choice as JSON types. Most members are null if there is none."""
    found = finding.consent
    result: PlatformResult = {
        "platform": finding.platform,
        "reader": finding.reader,
        "cookies": [printable(name.encode("latin-1")) for name in finding.cookie_names],
        "says": "no answer",
        "granted": None,
        "explicit": None,
        "given_at": None,
        "revision": None,
        "problem": None,
    }
    if finding.is_unreadable:
        result["says"] = "unreadable"
        result["problem"] = printable(detect.problem(finding, cookie).encode("utf-8", "backslashreplace"))
    elif found is not None:
        result["says"] = "choice"
        if finding.reader in _WITHOUT_USUAL_IDS and not found.granted:
            result["problem"] = (
                f"only the site knows its services; give their categories: {finding.reader}(services=...)"
            )
        result["granted"] = sorted(found.granted)
        result["explicit"] = found.explicit
        result["given_at"] = None if found.given_at is None else found.given_at.isoformat(timespec="seconds")
        result["revision"] = None if found.revision is None else printable(found.revision.encode("utf-8"))
    return result


def _print(results: list["ConsentResult"], total: int) -> None:
    try:
        from cookiegate.cli.consent_table import print_results

        print_results(results, total)
    except ModuleNotFoundError as error:
        typer.echo(f"cookiegate: the table needs {error.name}; pip install 'cookiegate[cli]', or use --json", err=True)
        raise typer.Exit(2) from error
