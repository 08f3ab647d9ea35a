"""What must hold of each outcome, said by an independent and slow reading of the lines: `problems` lists what doesn't.

Nothing here asks the package but the parser, in the one property that is about the parser.
Source: RFC 6265bis §5.6 and §5.7. Where browsers leave it, in ways that matter to no line that the gate lets out:

- Chromium refuses a tab inside of a line, Firefox keeps it.
- Of a line without `=` Firefox makes a cookie with that name and no value; Chromium one with that value and no name.
- A cookie without a name: Firefox refuses it, Chromium if there is a `=` in its value.
- In a value Firefox puts U+FFFD for octets that are no UTF-8, and sends that back; Chromium sends the octets.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

from cookiegate.model import SetCookie
from cookiegate.wire.set_cookie import parse_set_cookie

PLANTED = b"planted"
KINDS = {
    "refused": "no refused name comes back",
    "dropped": "of a dropped line nothing is left",
    "deleted": "what the gate deletes is gone",
    "kept": "what the gate keeps comes back with its value",
    "attributes": "the jar says what the line says",
    "weakened": "nothing is weaker or longer-lived than in the raw line",
    "outlived": "the browser keeps nothing longer than it would keep the raw line",
    "parsed": "the parser reads as the browser does",
}
"""What is held: short and in words."""
PREFIXES = (b"__secure-", b"__host-", b"__http-", b"__host-http-")
STRENGTH = {"default": 0, "none": 0, "lax": 1, "strict": 2}
LONGEST_S = 400 * 86400
SLACK_S = 5  # browsers round, and take the time of the answer
TOKENS = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def is_refused(name: str) -> bool:
    """Tell whether a reader's name is one of the refused ones, whatever the case and the prefix."""
    bare = name.lower()
    for prefix in ("__host-http-", "__host-", "__secure-", "__http-"):
        bare = bare.removeprefix(prefix)
    return bare.startswith("ia_") or bare == "st"


def problems(
    outcome: Any, *, refusing: tuple[str, ...], necessary: tuple[str, ...], path: str
) -> Iterator[tuple[str, str]]:
    """Say each way in which the browser contradicts the gate: which of `KINDS`, and what there is."""
    is_kept = outcome.decision.after is not None and outcome.plant is None
    said, attributes = _read_written(outcome.decision.after if is_kept else b"")
    checks = {
        "refused": lambda: _leaks(outcome, refusing, necessary),
        "dropped": lambda: _nothing(outcome) if outcome.decision.after is None else (),
        "deleted": lambda: _nothing(outcome) if outcome.plant is not None else (),
        "kept": lambda: _kept(outcome, said, dict(attributes), path) if is_kept else (),
        "attributes": lambda: _attributes(attributes, outcome, path) if is_kept else (),
        "weakened": lambda: _weakened(outcome) if is_kept else (),
        "outlived": lambda: _outlived(outcome) if is_kept else (),
        "parsed": lambda: _parsed(outcome, path),
    }
    for kind, check in checks.items():
        for text in check():
            yield kind, text


def _leaks(outcome: Any, refusing: tuple[str, ...], necessary: tuple[str, ...]) -> Iterator[str]:
    """No cookie comes back in whose name any reader could find a refused one."""
    if outcome.case.setup not in refusing:
        return
    names = [_name(pair).decode("latin-1") for pair in outcome.gated.pairs()]
    names += [cookie.name.decode("latin-1") for cookie in outcome.gated.jar if cookie.value != PLANTED]
    for name in names:
        if any(map(is_refused, [name, *TOKENS.findall(name)])):
            yield f"refused name came back: {name!r}"
        if outcome.case.setup == "default" and _bare(name) not in necessary:
            yield f"unregistered name came back: {name!r}"


def _nothing(outcome: Any) -> Iterator[str]:
    """Nothing comes back and nothing is in the jar, planted or not."""
    seen = outcome.gated
    if seen.sent or seen.sent_elsewhere or seen.jar:
        yield f"something came back: {seen.sent + seen.sent_elsewhere or seen.jar}"


def _kept(outcome: Any, said: tuple[bytes, bytes], attributes: dict[str, str], path: str) -> Iterator[str]:
    """What is kept is stored once, with the name and value of the app's line; a foreign Domain no browser takes."""
    seen = outcome.gated
    if said != _pair(seen.line):
        yield "the gate wrote another name or value"
    if not _is_own_domain(attributes.get("domain", ""), seen.host):
        if seen.jar or seen.pairs():
            yield "stored for a domain that is not the host's"
    elif not seen.jar:
        age = attributes.get("max-age", "")
        if age and outcome.began_s + int(age) <= outcome.read_s:
            return  # it ended before it was looked for
        yield f"the browser refused it{', though it stores the raw line' if outcome.raw.pairs() else ''}"
    elif len(seen.jar) > 1:
        yield "more than one cookie was stored"
    elif _is_reached(attributes.get("path"), path) and seen.pairs() != [_as_sent(b"=".join(said), outcome.browser)]:
        yield f"not this came back, but {seen.pairs()}"


def _attributes(attributes: list[tuple[str, str]], outcome: Any, path: str) -> Iterator[str]:
    """The jar says what the line that left says, each attribute once."""
    said = dict(attributes)
    if len(said) != len(attributes):
        yield "an attribute was written twice"
    seen = outcome.gated
    if len(seen.jar) != 1:
        return
    cookie = seen.jar[0]
    expected = {
        "secure": "secure" in said,
        "http_only": "httponly" in said,
        "same_site": said.get("samesite", "").lower(),
        "partitioned": "partitioned" in said,
        "domain": "." + said["domain"].removeprefix(".").lower() if said.get("domain") else seen.host,
        "path": said.get("path") or path.rpartition("/")[0],
    }
    found = {key: getattr(cookie, key) for key in expected} | {"same_site": cookie.same_site.lower()}
    for key, wanted in expected.items():
        if found[key] not in (wanted, None) and str(wanted).isascii():
            yield f"{key} is {found[key]!r}"
    asked = (outcome.began_s, outcome.ended_s)
    if "max-age" in said:
        ends = [at + min(int(said["max-age"]), LONGEST_S) for at in asked]
    elif "expires" in said:
        ends = [min(parsedate_to_datetime(said["expires"]).timestamp(), at + LONGEST_S) for at in asked]
    elif cookie.expires_s is not None:
        yield f"a session cookie expires: {cookie.expires_s}"
        return
    else:
        return
    if cookie.expires_s is None or not ends[0] - SLACK_S <= cookie.expires_s <= ends[1] + SLACK_S:
        yield f"expiry is {cookie.expires_s}"


def _weakened(outcome: Any) -> Iterator[str]:
    """What a browser would have made of the raw line is nowhere stronger than what it makes of the gated one.

    Judged only where all browsers read the raw line alike.
    """
    model = parse_set_cookie(outcome.raw.line)
    stored = [cookie for cookie in outcome.raw.jar if cookie.value != PLANTED]
    if model is None or not model.is_unambiguous or len(stored) != 1 or len(outcome.gated.jar) != 1:
        return
    raw, gated = stored[0], outcome.gated.jar[0]
    rule = outcome.decision.registry_rule
    is_pinned = rule is not None and rule.same_site is not None
    if raw.secure and not gated.secure:
        yield "Secure was lost"
    if raw.http_only and not gated.http_only:
        yield "HttpOnly was lost"
    if model.same_site and not is_pinned and STRENGTH[raw.same_site.lower()] > STRENGTH[gated.same_site.lower()]:
        yield f"SameSite was {raw.same_site}, is {gated.same_site}"


def _outlived(outcome: Any) -> Iterator[str]:
    """However oddly a lifetime is written: what a browser deletes is deleted, what it keeps is kept no longer.

    A browser session counts as shorter than any date.
    """
    model = parse_set_cookie(outcome.raw.line)
    gated = outcome.gated.jar
    if model is None or len(gated) != 1 or not is_storable(model, outcome.raw.host, outcome.browser):
        return
    if model.domain == b"":  # browsers refuse "Domain=.", for the standard it is no Domain
        return
    raw = [cookie for cookie in outcome.raw.jar if cookie.value != PLANTED]
    if not raw and not outcome.raw.jar:
        yield "the browser takes the raw line for a deletion"
    if len(raw) != 1 or gated[0].expires_s is None:
        return
    slack_s = SLACK_S + outcome.ended_s - outcome.began_s
    if raw[0].expires_s is None or gated[0].expires_s > raw[0].expires_s + slack_s:
        yield f"the lifetime was {raw[0].expires_s}, is {gated[0].expires_s}"


def _parsed(outcome: Any, path: str) -> Iterator[str]:
    """The package's parser reads a line as the browser does, where it says that all browsers read it alike."""
    seen = outcome.raw
    model = parse_set_cookie(seen.line)
    stored = seen.pairs()
    in_jar = [cookie for cookie in seen.jar if cookie.value != PLANTED]
    if b"\r" in seen.line or b"\n" in seen.line or b"\0" in seen.line:
        return  # another header field, or no response at all
    if model is not None and outcome.browser == "Firefox" and b"=" not in seen.line.partition(b";")[0]:
        model = replace(model, name=model.value, value=b"")
    if model is None or not is_storable(model, seen.host, outcome.browser):
        if stored or in_jar:
            yield "refused by the parser, stored by the browser"
        return
    sent = _as_sent(model.name + b"=" + model.value if model.name else model.value, outcome.browser)
    if not model.is_unambiguous:
        if stored and _is_reached((model.path or b"").decode("latin-1"), path) and stored != [sent]:
            yield "another name or value than the browser's"
        return
    ends_s = _ends(model, outcome.began_s)
    if ends_s is not None and ends_s <= outcome.began_s:
        if seen.jar or seen.sent:
            yield "a deletion that the browser does not take for one"
        return
    if ends_s is not None and ends_s <= outcome.read_s:
        return  # it ended before it was looked for
    if not in_jar:
        yield "storable, and the browser refused it"
        return
    cookie = in_jar[0]
    if _is_reached((model.path or b"").decode("latin-1"), path) and stored != [sent]:
        yield "another name or value than the browser's"
    wanted = {
        "secure": model.secure,
        "http_only": model.http_only,
        "partitioned": model.partitioned,
        "path": (model.path or path.rpartition("/")[0].encode()).decode("latin-1"),
        "domain": "." + model.domain.decode("latin-1") if model.domain else seen.host,
    }
    if model.same_site is not None:
        wanted["same_site"] = model.same_site.value
    for key, value in wanted.items():
        if getattr(cookie, key) not in (value, None) and str(value).isascii():
            yield f"{key} is {getattr(cookie, key)!r} in the browser"
    if (ends_s is None) != (cookie.expires_s is None):
        yield "an expiry that the browser does not see, or the reverse"
    elif ends_s is not None and abs(min(ends_s, outcome.began_s + LONGEST_S) - cookie.expires_s) > SLACK_S + (
        outcome.ended_s - outcome.began_s
    ):
        yield f"another expiry than the browser's {cookie.expires_s}"


def is_storable(cookie: SetCookie, host: str, browser: str) -> bool:
    """Tell whether a browser stores a line that it could read (RFC 6265bis §5.7), asked by a trustworthy host."""
    if not cookie.name and (not cookie.value or b"=" in cookie.value or browser == "Firefox"):
        return False
    texts = [cookie.name, cookie.value, *(part for attribute in cookie.attributes for part in attribute)]
    if browser == "Chromium" and any(b"\t" in text for text in texts):
        return False
    if cookie.domain and not _is_own_domain(cookie.domain.decode("latin-1"), host):
        return False
    if (cookie.same_site == "None" or cookie.partitioned) and not cookie.secure:
        return False
    lower = cookie.name.lower()
    if not cookie.name:
        return not cookie.value.lower().startswith(PREFIXES)
    if lower.startswith(PREFIXES) and not cookie.secure:
        return False
    if lower.startswith((b"__http-", b"__host-http-")) and not cookie.http_only:
        return False
    return not lower.startswith(b"__host-") or (not cookie.domain and cookie.path == b"/")


def _ends(cookie: SetCookie, now: float) -> float | None:
    return now + cookie.max_age_s if cookie.max_age_s is not None else cookie.expires_s


def _as_sent(pair: bytes, browser: str) -> bytes:
    """Return a pair as the browser sends it back."""
    name, equals, value = pair.partition(b"=")
    return name + equals + value.decode("utf-8", "replace").encode() if browser == "Firefox" else pair


def _name(pair: bytes) -> bytes:
    """Return what a reader may take for the name: of a nameless cookie, all of it."""
    return pair.partition(b"=")[0]


def _bare(name: str) -> str:
    """Take off a prefix, and the suffix of a chunk."""
    for prefix in ("__Host-Http-", "__Host-", "__Secure-", "__Http-"):
        name = name.removeprefix(prefix)
    return re.sub(r"C\d+$", "", name)


def _pair(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b";")[0].partition(b"=")
    return name.strip(b" \t"), value.strip(b" \t")


def _read_written(line: bytes) -> tuple[tuple[bytes, bytes], list[tuple[str, str]]]:
    """Read a line that left the gate: it is written so plainly that splitting it is all there is to do."""
    pieces = [piece.partition(b"=") for piece in line.split(b";")[1:]]
    attributes = [
        (key.strip(b" \t").decode("latin-1").lower(), text.strip(b" \t").decode("latin-1")) for key, _, text in pieces
    ]
    return _pair(line), [pair for pair in attributes if pair != ("", "")]


def _is_own_domain(domain: str, host: str) -> bool:
    domain = domain.removeprefix(".").lower()
    if not domain:
        return True
    return domain != "localhost" and (host == domain or host.endswith("." + domain))


def _is_reached(place: str | None, path: str) -> bool:
    """Tell whether a cookie of this Path is sent to one of the two paths that are asked."""
    place = place if place and place.startswith("/") else path.rpartition("/")[0]
    return any(
        asked == place
        or (asked.startswith(place) and (place.endswith("/") or asked[len(place) : len(place) + 1] == "/"))
        for asked in (path, "/elsewhere")
    )
