"""`cookiegate consent`: which platforms a Cookie header speaks of, what each says, what would be granted and why.

Takes a header, a file or standard input; a HAR file is read as a whole. Values of cookies are not shown.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, BinaryIO
from urllib.parse import urlsplit

import typer

from cookiegate.cli.words import printable, reason_in_words, shown
from cookiegate.consent.detect import Detect, Finding
from cookiegate.consent.terms import ConsentTerms
from cookiegate.model import OPTIONAL, Action, Category, Consent, Decision, Reason, RequestHead

if TYPE_CHECKING:
    from cookiegate.cli.consent_table import Reading, Verdict

__all__ = ["consent"]

_MAX_OCTETS = 256 * 1024 * 1024
_FIELD = re.compile(rb"[<>*\s]*(cookie|sec-gpc|dnt):[ \t]*(.*?)[ \t\r]*", re.IGNORECASE)
_OPTIONAL = sorted(OPTIONAL)
_WITHOUT_USUAL_IDS = frozenset({"Axeptio", "Klaro"})
"""Readers that grant nothing until the site says what its services are for."""


class _BadInput(Exception):
    """What is given can't be read."""


@dataclass(slots=True)
class _Request:
    """Requests that carry the same consent cookies and the same signals."""

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
        float | None, typer.Option("--max-age", metavar="DAYS", min=0, help="Older consents don't count.")
    ] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="The site's current policy version.")] = None,
    require_explicit: Annotated[
        bool, typer.Option("--require-explicit", help="Only what the visitor did counts.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Recognise consent cookies: what each platform says, what Detect() would grant, and why.

    Exit code: 0 if a platform was recognised, 1 if none was, 2 for input that can't be read.
    """  # fmt: skip
    logging.getLogger("cookiegate").addHandler(logging.NullHandler())  # what Detect() logs is in the table
    detect = Detect()
    try:
        octets = _octets(source)
        heads = _har_heads(octets) if octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else [_text_head(octets)]
        groups, total = _grouped(heads, detect)
    except _BadInput as error:
        typer.echo(f"cookiegate: {error}", err=True)
        raise typer.Exit(2) from error
    terms = ConsentTerms(
        max_age_s=None if max_age is None else int(max_age * 86400),
        revision=revision,
        require_explicit=require_explicit,
        do_not_track=dnt,
    )
    sent = ((b"sec-gpc", b"1"),) * gpc + ((b"dnt", b"1"),) * dnt
    now = time()
    verdicts = [_verdict(group, detect, terms, sent, now) for group in groups]
    recognised = sum(verdict["requests"] for verdict in verdicts)
    if as_json:
        typer.echo(json.dumps({"requests": total, "recognised": recognised, "results": verdicts}, indent=2))
    else:
        _print(verdicts, total)
    raise typer.Exit(0 if verdicts else 1)


def _octets(source: str) -> bytes:
    """Return what an argument stands for: standard input, the content of a file, or itself."""
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
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise _BadInput(f"{printable(os.fsencode(source))}: {what}; give a Cookie header, a file, or -") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # too long for a path: a header
        return False


def _bounded(file: BinaryIO, name: str) -> bytes:
    octets = file.read(_MAX_OCTETS + 1)
    if len(octets) > _MAX_OCTETS:
        raise _BadInput(f"{name}: more than {_MAX_OCTETS >> 20} MiB; record fewer requests")
    return octets


def _text_head(octets: bytes) -> tuple[str, RequestHead]:
    """Read a request's header lines, or a bare Cookie header; several Cookie lines are one header, as for a server."""
    lines = [line for line in octets.splitlines() if line.strip()]
    fields = [match for line in lines if (match := _FIELD.fullmatch(line))]
    cookies = [match[2] for match in fields if match[1].lower() == b"cookie"]
    if not fields:
        cookies = [line.strip(b" \t") for line in lines]
    if not any(b"=" in cookie for cookie in cookies):
        raise _BadInput("no cookie is in the input; give a header like 'Cookie: name=value'")
    signals = [(match[1].lower(), match[2]) for match in fields if match[1].lower() != b"cookie"]
    return "", RequestHead(cookie=b"; ".join(cookies), headers=signals)


def _har_heads(octets: bytes) -> Iterable[tuple[str, RequestHead]]:
    """Yield host and head of each request in a HAR file.

    Source: http://www.softwareishard.com/blog/har-12-spec/
    """
    try:
        document = json.loads(octets.decode("utf-8-sig"))
        entries = document["log"]["entries"]
        for number, entry in enumerate(entries, start=1):
            request = entry["request"]
            pairs = [
                (each["name"].lower().encode("utf-8"), each["value"].encode("utf-8", "surrogatepass"))
                for each in request["headers"]
            ]
            cookies = [value for name, value in pairs if name == b"cookie"]
            yield (
                shown(str(urlsplit(request["url"]).hostname or f"entry {number}")),
                RequestHead(
                    cookie=b"; ".join(cookies), headers=[pair for pair in pairs if pair[0] in {b"sec-gpc", b"dnt"}]
                ),
            )
    except UnicodeDecodeError as error:
        raise _BadInput(f"the file is not UTF-8 (octet {error.start}); save it again") from error
    except RecursionError as error:
        raise _BadInput("the JSON is nested too deep; save it again") from error
    except json.JSONDecodeError as error:
        raise _BadInput(
            f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg}; save it again"
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _BadInput("the JSON is no HAR file: log.entries[].request with url and headers is missing") from error


def _grouped(heads: Iterable[tuple[str, RequestHead]], detect: Detect) -> tuple[list[_Request], int]:
    """Put requests together that carry the same; those without a known cookie are only counted."""
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


def _verdict(
    group: _Request, detect: Detect, terms: ConsentTerms, sent: tuple[tuple[bytes, bytes], ...], now: float
) -> "Verdict":
    head = RequestHead(cookie=group.cookie, headers=(*group.signals, *sent))
    counts = terms.apply(detect(head), head, now)
    return {
        "requests": group.count,
        "hosts": list(group.hosts),
        "platforms": [_reading(finding, detect, group.cookie) for finding in group.findings],
        "granted": sorted(counts.granted),
        "why": {category.value: _why(counts, category) for category in _OPTIONAL},
    }


def _why(counts: Consent, category: Category) -> str:
    """Say in a sentence why a category is granted or not."""
    reason = Reason.GRANTED if category in counts.granted else counts.refusal(category)
    if reason is Reason.GRANTED and not counts.explicit:
        return "It is implied or a default: the visitor did not act."
    return reason_in_words(Decision(action=Action.KEEP, reason=reason, number=5, name="", category=category))


def _reading(finding: Finding, detect: Detect, cookie: bytes) -> "Reading":
    """Put what a platform says into JSON's types; where it says nothing that counts, most of it is null."""
    found = finding.consent
    reading: Reading = {
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
        reading["says"] = "unreadable"
        reading["problem"] = printable(detect.problem(finding, cookie).encode("utf-8", "backslashreplace"))
    elif found is not None:
        reading["says"] = "choice"
        if finding.reader in _WITHOUT_USUAL_IDS and not found.granted:
            reading["problem"] = (
                f"only the site knows its services; say what they are for: {finding.reader}(services=...)"
            )
        reading["granted"] = sorted(found.granted)
        reading["explicit"] = found.explicit
        reading["given_at"] = None if found.given_at is None else found.given_at.isoformat(timespec="seconds")
        reading["revision"] = None if found.revision is None else printable(found.revision.encode("utf-8"))
    return reading


def _print(verdicts: list["Verdict"], total: int) -> None:
    try:
        from cookiegate.cli.consent_table import print_verdicts
    except ModuleNotFoundError as error:
        typer.echo(f"cookiegate: the table needs {error.name}; pip install 'cookiegate[cli]', or use --json", err=True)
        raise typer.Exit(2) from error
    print_verdicts(verdicts, total)
