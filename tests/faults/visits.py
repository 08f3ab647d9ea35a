"""The visits of the soak: from a number to a request and to the lines that the app sets in answer; the same each time.

Known to the site's workers and to the test, so that neither has to tell the other.
"""

import random
from dataclasses import dataclass

import model

NAMES = (
    "sid", "csrf", "short", "local", "Mixed", "mixed", "MIXED", "theme", "st_a", "st_need_b", "ST_a", "ad_x", "ad_y",
    "AD_X", "sidC1", "other", "__Host-sid", "__Secure-ad_x", "__host-st_a", "__Http-csrf", "",
)  # fmt: skip
ODD_NAMES = (
    "=ad_x",
    " ad_x",
    "ad_x ",
    "\xa0ad_x",
    "ad_x\x85",
    "x ad_x",
    '"ad_x"',
    "$ad_x",
    "ad%5Fx",
    "ad_x\t",
    "\x01ad_x",
)
VALUES = ("1", "", "a b", '"q"', '{"a": [1, 2]}', "1, ad_x=2", "a=b", "\xe9", "x" * 200, "\x7f", "a\tb")
ATTRIBUTES = (
    "Path=/", "Path=/shop", "path=/", "Path=x", "Domain=a.example", "Domain=.A.example", "Secure", "HttpOnly",
    "SameSite=Lax", "SameSite=Strict", "SameSite=None", "SameSite=x", "Max-Age=60", "Max-Age=99999999", "Max-Age=0",
    "Max-Age=x", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=Tue, 13 Jan 2026 08:00:00 GMT",
    "Expires=Fri, 01 Jan 2038 00:00:00 GMT", "Expires=junk", "Partitioned", "Version=1", "",
)  # fmt: skip
HONEST = (
    "Path=/", "Path=/", "Path=/shop", "Domain=a.example", "Secure", "HttpOnly", "SameSite=Lax", "SameSite=None",
    "Max-Age=60", "Max-Age=99999999", "Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Expires=Tue, 13 Jan 2026 08:00:00 GMT", "Expires=Fri, 01 Jan 2038 00:00:00 GMT",
)  # fmt: skip
SAFE = ("sid=1; Path=/; Secure; HttpOnly; SameSite=Lax", "csrf=2; Path=/; Secure; SameSite=Strict", "short=3; Path=/")
KINDS = ("honest", "honest", "hostile app", "hostile client")


@dataclass
class Visit:
    """One request, and what the app answers."""

    number: int
    cookie: bytes
    is_https: bool
    gpc: bool
    lines: list[bytes]
    fault: bool
    """The case's fault strikes this visit."""

    def granted(self, *, source_fails: bool = False) -> tuple[set[str], set[str]]:
        """Say what is granted when the request comes in, and what counts for the response's lines."""
        before = model.consent_in(self.cookie, gpc=self.gpc, source_fails=source_fails)
        cookie = after = self.cookie
        for line in self.lines:
            one = model.read(line)
            if one is not None and one.name == model.CONSENT:
                pieces = after.split(b";")
                others = [piece for piece in pieces if piece.partition(b"=")[0].strip() != one.name.encode()]
                if len(pieces) - len(others) > 1:  # it takes the place of one of them, nobody knows which
                    others = pieces
                after = b"; ".join([*others, line.split(b";")[0]])
        if after is cookie:
            return before, before
        return before, model.consent_in(after, gpc=self.gpc, source_fails=source_fails)


def visit(number: int, salt: str = "") -> Visit:
    """Make the visit of this number."""
    chance = random.Random(f"{salt}{number}")
    kind = chance.choice(KINDS)
    names = ("sid", "theme", "st_a", "ad_x", "x", "AD_Y")
    pairs = [f"{chance.choice(names)}={number}" for _ in range(chance.randint(0, 4))]
    pairs += [consent(chance) for _ in range(chance.choice((0, 1, 1, 1, 2 if kind == "hostile client" else 1)))]
    chance.shuffle(pairs)
    if kind == "hostile client" and chance.random() < 0.5:
        pairs.insert(0, chance.choice(("=;;", "\xff\xfe=1", 'a="', "x" * 3000 + "=1", "$Version=1", "a b=c", ";" * 50)))
    return Visit(
        number,
        "; ".join(pairs).encode("latin-1"),
        is_https=chance.random() < 0.6,
        gpc=chance.random() < 0.1,
        lines=[line.encode("latin-1") for line in lines(chance, is_hostile=kind == "hostile app", number=number)],
        fault=chance.random() < 0.3,
    )


def consent(chance: random.Random) -> str:
    """Write a consent cookie: mostly a good one."""
    granted = ".".join(name for name in model.OPTIONAL if chance.random() < 0.5)
    good = f"v=1&c={granted}&t={model.NOW - chance.randint(0, 100 * 86400)}&r={model.REVISION}&id={chance.random()}"
    bad = ("", "v=2&c=marketing", f"v=1&c=marketing&t=1&r={model.REVISION}", good.replace(model.REVISION, "2020"),
           f"{good}&v=1", good[: chance.randint(0, len(good) - 1)].rpartition("&")[0], "\xa0" + good)  # fmt: skip
    return f"{model.CONSENT}={chance.choice(bad) if chance.random() < 0.15 else good}"


def lines(chance: random.Random, *, is_hostile: bool, number: int) -> list[str]:
    """Write the Set-Cookie lines of one answer."""
    found = [chance.choice(SAFE) for _ in range(chance.randint(0, 2))]
    for _ in range(chance.randint(0, 4)):
        name = chance.choice(ODD_NAMES) if is_hostile and chance.random() < 0.4 else chance.choice(NAMES)
        if name.endswith(("_a", "_x")) and chance.random() < 0.3:
            name += str(number)  # names without end: memory must not grow with them
        value = chance.choice(VALUES if is_hostile else VALUES[:4])
        attributes = chance.sample(ATTRIBUTES if is_hostile else HONEST, chance.randint(0, 3))
        if is_hostile and attributes and chance.random() < 0.2:
            attributes.append(attributes[0])
        glue = chance.choice(("; ", ";", " ; ")) if is_hostile else "; "
        found.append(glue.join([f"{name}={value}" if chance.random() < 0.95 else name, *attributes]))
    if chance.random() < 0.05:
        found.append(consent(chance) + "; Path=/; Max-Age=100; SameSite=Lax")
    if is_hostile and chance.random() < 0.02:
        found.append("sid=" + "x" * 4100)
    return found
