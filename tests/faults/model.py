"""What a gate must let leave, worked out slowly from the rules alone: the judge of every response of the soak.

Imports nothing of the package, and shares no idea with it: own parser, own dates, own rules, one visitor at a time, no
tables, nothing remembered. Where browsers differ it says what is safe, not how it is spelt: a line that leaves is
compared by what it means, except one that needs nothing, which must leave as the same octets.
"""

import calendar
import re
from dataclasses import dataclass, field

NOW = 1768204800  # Mon, 12 Jan 2026 08:00:00 GMT: the site's clock stands
REVISION = "2026-01"
LONGEST_S = 400 * 86400
CONSENT = "cookiegate_consent"
CONSENT_LASTS_S = 184 * 86400  # the longest six months of the calendar
OPTIONAL = ("preferences", "statistics", "marketing")

RULES = {
    "sid": {"category": "necessary", "http_only": True},
    "csrf": {"category": "necessary", "same_site": "Strict"},
    "short": {"category": "necessary", "lifetime": "session"},
    "local": {"category": "necessary", "host_only": True},
    "Mixed": {"category": "necessary"},
    "mixed": {"category": "marketing"},
    "theme": {"category": "preferences", "paths": ["/", "/shop"]},
    "st_*": {"category": "statistics", "lifetime": "7 days"},
    "st_need_*": {"category": "necessary"},
    "ad_*": {"category": "marketing", "domains": ["a.example"]},
}
LIFETIMES_S = {"7 days": 7 * 86400}


@dataclass
class Left:
    """One Set-Cookie line that must leave."""

    name: str
    value: bytes = b""
    is_deletion: bool = False
    is_secure: bool = False
    octets: bytes | None = None
    """It must leave as these."""
    attributes: dict[str, object] = field(default_factory=dict)
    """What it must mean: a key that is missing may be anything."""
    is_optional: bool = False


@dataclass
class Read:
    """A line as a browser reads it."""

    name: str
    value: bytes
    attributes: dict[str, object]
    is_plain: bool
    deletes: bool
    """Some browser deletes the cookie, or the standard does."""


def read(line: bytes) -> Read | None:
    """Read a Set-Cookie line; `None` where it must not leave whatever the consent is."""
    if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line) or len(line) > 16384:
        return None
    pair, *pieces = line.split(b";")
    name, equals, value = pair.partition(b"=")
    is_exact = name == name.strip(b" \t")
    name, value = name.strip(b" \t"), value.strip(b" \t")
    if not equals or len(name) + len(value) > 4096:
        return None
    if not re.fullmatch(rb"[!#%&'*+.^_`|~0-9A-Za-z-][!#$%&'*+.^_`|~0-9A-Za-z-]*", name) or b"\t" in value:
        return None
    found = {}
    plain = is_exact
    ages, dates = [], []
    for piece in pieces:
        key, _, text = piece.partition(b"=")
        key, text = key.strip(b" \t").lower().decode("latin-1"), text.strip(b" \t")
        if not key and not text:
            continue
        if "\t" in key or b"\t" in text:
            return None
        plain = plain and key not in found
        found[key] = text
        if key == "max-age":
            ages.append(text)
        if key == "expires":
            dates.append(text)
        plain = plain and (
            (key in ("secure", "httponly", "partitioned") and not text)
            or (key == "path" and text.startswith(b"/"))
            or (key == "domain" and re.fullmatch(rb"\.?[A-Za-z0-9.-]+", text) is not None)
            or (key == "samesite" and text.lower() in (b"lax", b"strict", b"none"))
            or (key == "max-age" and re.fullmatch(rb"-?\d+", text) is not None)
            or (key == "expires" and http_date(text) is not None)
        )
    (age, date), deletes = _lifetime([*map(_age, ages)], [*map(http_date, dates)])
    site = found.get("samesite", b"").lower().decode("latin-1")
    domain = found.get("domain", b"").removeprefix(b".").lower()
    path = found.get("path", b"")
    attributes = {
        "max-age": age,
        "expires": date,
        "domain": domain or None,
        "path": path if path.startswith(b"/") else None,
        "secure": "secure" in found,
        "httponly": "httponly" in found,
        "samesite": site.title() if site in ("lax", "strict", "none") else None,
        "partitioned": "partitioned" in found,
    }
    return Read(
        name.decode("ascii"),
        value,
        attributes,
        plain,
        deletes=deletes,
    )


def _age(text: bytes) -> int | None:
    return min(int(text), 10**12) if re.fullmatch(rb"-?\d{1,1000}", text) else None


def _lifetime(ages: list[int | None], dates: list[int | None]) -> tuple[tuple[int | None, int | None], bool]:
    """Return the shortest lifetime that anybody reads, and whether somebody deletes.

    The standard takes the last Max-Age and the last Expires that are valid, some browsers the last ones, valid or not.
    A browser session is shorter than any date.
    """
    standard = tuple(next((one for one in reversed(found) if one is not None), None) for found in (ages, dates))
    browsers = tuple(found[-1] if found else None for found in (ages, dates))
    readings = {standard, browsers}
    left = {age if age is not None else date and date - NOW: (age, date) for age, date in readings}
    if any(seconds is not None and seconds <= 0 for seconds in left):
        return standard, True
    if len(readings) == 1:
        return standard, False
    if None in left:
        return (None, None), False
    age, date = left[min(left)]
    return (age, date if age is None else None), False


def http_date(text: bytes) -> int | None:
    """Read the one form of date that the visits use; anything else is none to every browser."""
    found = re.fullmatch(rb"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", text)
    if not found:
        return None
    months = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    day, month, year, *clock = found.groups()
    return calendar.timegm((int(year), months.index(month) + 1, int(day), *map(int, clock)))


def rule_of(name: str, *, ignoring_case: bool = False) -> dict[str, object] | None:
    """Find the rule for a name: exact, then without its `__Host-` and the like, the longest prefix, a chunk's base."""
    fold = str.lower if ignoring_case else str
    names = [fold(name)]
    for prefix in ("__Host-Http-", "__Host-", "__Secure-", "__Http-"):
        if fold(name).startswith(fold(prefix)):
            names.append(fold(name)[len(prefix) :])
            break
    rules: dict[str, dict[str, object]] = {}
    for key, rule in RULES.items():
        if fold(key) not in rules or rule["category"] != "necessary":
            rules[fold(key)] = rule
    for one in names:
        if one in rules:
            return rules[one]
    prefixes = sorted((key for key in rules if key.endswith("*")), key=len, reverse=True)
    for one in names:
        for key in prefixes:
            if one.startswith(key[:-1]):
                return rules[key]
    for one in names:
        base = re.sub("[cC][1-9][0-9]?$" if ignoring_case else "C[1-9][0-9]?$", "", one)
        if base != one and base in rules:
            return rules[base]
    return None


def consent_in(cookie: bytes, *, gpc: bool, source_fails: bool = False) -> set[str]:
    """Work out what a Cookie header grants: every consent cookie in it must be whole, current, and grant it."""
    if source_fails:
        return set()
    answers = []
    for piece in cookie.split(b";"):
        name, equals, value = piece.partition(b"=")
        if equals and name.strip(b" \t") == CONSENT.encode():
            answers.append(_granted_by(value.strip(b" \t")))
    granted = set.intersection(*answers) if answers else set()
    return granted - {"marketing"} if gpc else granted


def _granted_by(value: bytes) -> set[str]:
    fields = {}
    for part in value.split(b"&"):
        key, equals, text = part.partition(b"=")
        if not equals or key in fields:
            return set()
        fields[key] = text
    if fields.get(b"v") != b"1" or fields.get(b"r") != REVISION.encode() or b"c" not in fields:
        return set()
    if not re.fullmatch(rb"\d{1,12}", fields.get(b"t", b"")):
        return set()
    age = NOW - int(fields[b"t"])
    if not -86400 <= age < CONSENT_LASTS_S:
        return set()
    return {name for name in OPTIONAL if name.encode() in fields[b"c"].split(b".")}


def expected(lines: list[bytes], granted: set[str], *, is_https: bool, refused: str = "drop") -> list[Left]:
    """Say which of an app's lines must leave, in order, and how."""
    left = []
    for line in lines:
        one = read(line)
        found = None if one is None else _judge(line, one, granted, is_https=is_https, refused=refused)
        if found is not None:
            left.append(found)
    return left


def _judge(line: bytes, one: Read, granted: set[str], *, is_https: bool, refused: str) -> Left | None:
    rule = {"category": "necessary"} if one.name == CONSENT else rule_of(one.name)
    if one.deletes:
        return _deletion(one, rule)
    folded = None if one.name in RULES or one.name == CONSENT else rule_of(one.name, ignoring_case=True)
    categories = {found["category"] for found in (rule, folded) if found}
    is_refused = bool(categories - granted - {"necessary"})
    if rule is None:  # not registered; in another case it may be one that is refused
        return _deletion(one, rule) if is_refused and refused == "expire" else None
    if is_refused and refused == "drop":
        return None
    if is_refused and refused == "expire":
        return _deletion(one, rule)
    found = dict(one.attributes)
    found["secure"] = bool(found["secure"] or found["partitioned"] or is_https)
    found["httponly"] = bool(found["httponly"] or rule.get("http_only"))
    site = rule.get("same_site") or found["samesite"] or "Lax"
    found["samesite"] = "Lax" if site == "None" and not found["secure"] else site
    if rule.get("host_only"):
        found["domain"] = None
    limit_s = min(LONGEST_S, LIFETIMES_S.get(str(rule.get("lifetime")), LONGEST_S))
    if is_refused or rule.get("lifetime") == "session":
        found["max-age"] = found["expires"] = None
    if found["max-age"] is not None:
        found["max-age"] = min(found["max-age"], limit_s)
    if found["expires"] is not None:
        found["expires"] = min(found["expires"], NOW + limit_s)
    if _breaks_its_prefix(one.name, found):
        return None
    needs_nothing = found == one.attributes and one.is_plain
    is_optional = rule["category"] != "necessary"
    return Left(one.name, one.value, octets=line if needs_nothing else None, attributes=found, is_optional=is_optional)


def _deletion(one: Read, rule: dict[str, object] | None) -> Left:
    found: dict[str, object] = {"max-age": 0, "expires": 0, "partitioned": one.attributes["partitioned"]}
    if not one.name.lower().startswith("__host-"):
        found["path"] = one.attributes["path"]
        found["domain"] = None if rule and rule.get("host_only") else one.attributes["domain"]
    is_secure = bool(
        one.attributes["secure"] or one.attributes["partitioned"] or (rule and rule.get("same_site") == "None")
    )
    return Left(one.name, b"", is_deletion=True, attributes=found, is_secure=is_secure)


def _breaks_its_prefix(name: str, found: dict[str, object]) -> bool:
    lower = name.lower()
    if not lower.startswith(("__host-", "__secure-", "__http-")):
        return False
    if lower.startswith("__host-") and (found["domain"] or found["path"] != b"/"):
        return True
    return not found["secure"] or ("http-" in lower and not found["httponly"])


def hidden(name: str, granted: set[str]) -> dict[str, object] | None:
    """Return the rule for which a cookie of the request is kept from the app, if it is."""
    if name == CONSENT:
        return None
    by_name = RULES.get(name)
    rules = [by_name] if by_name else [rule_of(name), rule_of(name, ignoring_case=True)]
    return next((rule for rule in rules if rule and rule["category"] not in {*granted, "necessary"}), None)


def seen(cookie: bytes, granted: set[str]) -> list[tuple[bytes, bytes]]:
    """Say which pairs of the request's cookies the app may see."""
    pieces = [piece.partition(b"=") for piece in cookie.split(b";")]
    pairs = [(name.strip(b" \t"), value.strip(b" \t")) for name, equals, value in pieces if equals]
    return [pair for pair in pairs if hidden(pair[0].decode("latin-1"), granted) is None]


def taken_back(
    cookie: bytes, granted: set[str], left: list[Left], *, is_https: bool
) -> set[tuple[str, bytes | None, bytes]]:
    """Say which refused cookies of the request must be deleted, and where: name, domain, path.

    Not where a line that leaves surely sets or deletes the cookie itself: browsers refuse Secure on http, and where a
    deletion without a path deletes, nobody knows behind a proxy.
    """
    found: set[tuple[str, bytes | None, bytes]] = set()
    for piece in cookie.split(b";"):
        name = piece.partition(b"=")[0].strip(b" \t").decode("latin-1")
        rule = hidden(name, granted)
        if rule is not None:
            domains = [None, *(str(domain).encode() for domain in rule.get("domains", ()))]
            found |= {(name, domain, str(path).encode()) for domain in domains for path in rule.get("paths", ["/"])}
    sure = [one for one in left if one.attributes.get("path") or not one.is_deletion]
    if not is_https:
        sure = [one for one in sure if not (one.is_secure or one.attributes.get("secure"))]
    own = [(one.name, one.attributes) for one in sure if not one.attributes.get("partitioned")]
    return found - {(name, at.get("domain"), at.get("path") or b"/") for name, at in own}


def differences(
    lines: list[bytes], cookie: bytes, granted: set[str], left: list[bytes], *, is_https: bool, refused: str = "drop"
) -> list[str]:
    """Compare what left with what must leave; each difference in words, none if all is well.

    `granted`: what counts for the lines; the response may have changed it.
    """
    wanted = expected(lines, granted, is_https=is_https, refused=refused)
    back = taken_back(cookie, granted, wanted, is_https=is_https)
    own, deletions = left[: len(wanted)], left[len(wanted) :]
    found = []
    if len(own) < len(wanted):
        found.append(f"{len(wanted)} lines must leave, {len(left)} did")
    for line, one in zip(own, wanted, strict=False):
        found += _compare(line, one)
    places = set()
    for line in deletions:
        cookie_read = read(line)
        if cookie_read is None or cookie_read.value or not cookie_read.deletes:
            found.append(f"{line!r} left and is no deletion of a refused cookie")
        else:
            at = cookie_read.attributes
            places.add((cookie_read.name, at["domain"], at["path"]))
    if places != back:
        found.append(f"deleted in {places}, must be in {back}")
    return found


def _compare(line: bytes, wanted: Left) -> list[str]:
    if wanted.octets is not None:
        is_same = line.strip(b" \t") == wanted.octets.strip(b" \t")  # HTTP takes white space at the ends away
        return [] if is_same else [f"{wanted.octets!r} needs nothing, and left as {line!r}"]
    one = read(line)
    if one is None or (one.name, one.value) != (wanted.name, wanted.value) or not one.is_plain:
        return [f"{wanted.name}={wanted.value!r} must leave, and {line!r} did"]
    wrong = {key: one.attributes[key] for key, value in wanted.attributes.items() if one.attributes[key] != value}
    return [f"{line!r}: {wrong} must be {wanted.attributes}"] if wrong else []
