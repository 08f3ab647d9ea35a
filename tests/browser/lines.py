"""Set-Cookie lines to try: a grammar of nasty pieces under a seeded generator, and the lines kept in `cases.json`.

`<host>` and `<parent>` stand for the host that is asked and the domain above it, since each line is tried on several.
"""

import json
from pathlib import Path
from random import Random
from typing import Any

CASES = Path(__file__).with_name("cases.json")
HOST, PARENT = b"<host>", b"<parent>"

PLAIN_NAMES, PLAIN_VALUES = 16, 6  # the first so many are what sites use
NAMES = [
    b"ok", b"ok", b"week", b"sid", b"tab", b"pinned", b"ia_x", b"ia_x", b"ia_mkt_source", b"st", b"other", b"unheard",
    b"__Host-ok", b"__Secure-ok", b"OK", b"IA_X", b"Ia_x", b"__Http-ok", b"__Host-Http-ok", b"__Host-ia_x",
    b"__host-ok",
    b"__SECURE-ia_x", b"__Secure-unheard", b"", b"=ia_x", b" ", b"\t", b"\xa0ia_x", b"ia_x\x85", b"\xe2\x80\x80ia_x",
    b"\xef\xbb\xbfia_x", b"x ia_x", b"x,ia_x", b"ok,ia_x", b"ia%5Fx", b'"ia_x"', b"ia.x", b"$Version", b"$ia_x",
    b"Path", b"ia_x\t", b"\tia_x", b" ia_x ", b"ok[]", b"ok{", b"ia_x\x00", b"i\x01a_x", b"\x0bia_x", b"ok\x7f",
    b"\xc3\xa9", b"okC1", b"ia_xC1", b"ok/ia_x", b"(ia_x)", b"ok:", b"<ia_x>", b"'ia_x'", b"`ia_x`", b"|ia_x", b"ia_x~",
]  # fmt: skip
VALUES = [
    b"1", b"1", b"1", b"x", b"", b'"q"', b'"', b'"x', b"a b", b" a ", b"\ta\t", b"a\tb", b"a,b", b"1, ia_x=2",
    b"1,ia_x=2", b'"1\\073ia_x=2"', b'"; ia_x=2; b="', b"\\", b"=", b"==", b"ia_x=1", b"%31", b"\xff", b"\xc3\xa9",
    b"\xa0", b"\x85", b"\x00", b"\x01", b"\x7f", b"\x0b", b"1\nSet-Cookie: ia_x=1", b"1\rSet-Cookie: ia_x=1",
    b'{"a":1,"b":[true]}', b"deleted", b"__Host-ia_x=1", b"__secure-x", b"<script>", b"()", b"[x]", b"a:b", b"?&#",
]  # fmt: skip
PAST, FUTURE = b"Thu, 01 Jan 1970 00:00:00 GMT", b"Fri, 01 Jan 2038 00:00:00 GMT"
DATES = [
    PAST, FUTURE, b"Thu, 01-Jan-1970 00:00:00 GMT", b"Thu, 01-Jan-70 00:00:00 GMT", b"Thu, 1st Jan 1970 00:00:00 GMT",
    b"0", b"-1", b"junk", b"", b"Thu, 01 Jan 1970", b"Thu, 01 Jan 1600 00:00:00 GMT", b"Thu, 01 Jan 1601 00:00:00 GMT",
    b"Fri, 31 Dec 9999 23:59:59 GMT", b"Fri, 31 Dec 10000 23:59:59 GMT", b"1 Jan 1970 24:00:00",
    b"Thursday, 01-Jan-1970 00:00:00 GMT", b"Thu Jan  1 00:00:00 1970", b"Fri Jan  1 00:00:00 2038",
    b"Thu, 01 Jan 1970 00:00:00 +0900", b"Sun, 31 Feb 2038 00:00:00 GMT", b"Thu, 29 Feb 2024 00:00:00 GMT",
    b"Fri, 01 Jan 69 00:00:00 GMT", b"Thu, 01 Jan 0070 00:00:00 GMT", b'"' + PAST + b'"', b"1 1 1970 0:0:0",
    b"01 January 1970 00:00:00", b"Fri, 01 Janus 2038 1:2:3", b"2038-01-01T00:00:00Z", b"Tue, 19 Jan 2038 03:14:08 GMT",
    b"Thu, 01 Jan 1970 00:00:00 UTC", b"Fri, 01 Jan 2038 00:00:00 PST", b"Fri, 01 Jan 2038 00:00 GMT", b"1/1/1970",
    b"13/1/2038", b"01 Jan 02038 00:00:00", b"01 Jan 0 00:00:00", b"01 Jan 2038 9:00 PM", b"01 Jan 1970x 00:00:00",
    b"Fri, 00 Jan 2038 00:00:00 GMT", b"Thu, 01 Jan 1970 00:00:60 GMT", b"01-Jan-38 00:00:00", b"1-1-70",
]  # fmt: skip
AGES = [
    b"0", b"-1", b"60", b"86400", b"99999999", b"99999999999999999999", b"+60", b"+0", b"-0", b"00", b"007", b'"0"',
    b"0x0", b"0.5", b"", b"x", b"-x", b"--1", b"1_0", b"\xb2", b" 60 ", b"0" * 1025, b"-", b"60 s", b"1e3", b"1,000",
    b"9223372036854775808", b"-9223372036854775809", b"+-5", b"- 5", b"99999999999999999999x",
    b"-99999999999999999999x",
]  # fmt: skip
DOMAINS = [
    HOST, b"." + HOST, PARENT, b"." + PARENT, b".." + PARENT, PARENT + b".", b"", b".", b"evil.example", b"localhost",
    b"x." + HOST, b" " + HOST + b" ", b"localhost.", b'"' + HOST + b'"', b"*." + PARENT, b".localhost",
]  # fmt: skip
PATHS = [
    b"/", b"/", b"/", b"/p", b"/p/", b"/p/q", b"/p/q/r", b"/p/q/r/s", b"/elsewhere", b"elsewhere", b"", b'"/"', b"//",
    b"/" + b"x" * 1023, b"/" + b"x" * 1024, b"/p\tq", b"/%70", b"/p,q", b"/\xe9", b"/p?q", b"/P",
]  # fmt: skip
SAME_SITES = [
    b"Lax", b"Strict", b"None", b"lax", b"STRICT", b"nOnE", b"", b"bogus", b'"Strict"', b"Strict\xa0", b"Lax,Strict",
]  # fmt: skip
FLAG_VALUES = [b"", b"", b"", b"=", b"=false", b"=0", b"=true", b" = no "]
JUNK = [
    b"", b" ", b"junk", b"junk=1", b"=Secure", b"\xa0Secure", b'"Secure"', b"Secure junk", b"\xc5\xbfecure",
    b"Sec\ture", b"Max_Age=0", b"Max-Age:0", b"Expires:" + PAST, b"Priority=High", b"Priority=urgent", b"Version=1",
    b"Comment=ia_x=1", b"ia_x=1", b"SameParty", b"Max-Age 0", b"HttpOnly\x00", b"\x0bSecure", b"Secure\x7f",
    b"x" * 1500,
]  # fmt: skip
ODD_OCTETS = [
    b"\t", b" ", b"=", b";", b",", b'"', b"\\", b"\x00", b"\x01", b"\x0b", b"\x0c", b"\x1c", b"\x7f", b"\x85", b"\xa0",
    b"\xad", b"\xff", b"\r", b"\n", b"%00", b"'", b"\xe2\x80\xa8", b"-", b"0", b"/", b".",
]  # fmt: skip


def make_line(random: Random) -> bytes:
    """Make one line: one in eight such as real sites send, the others with one or several odd things in them."""
    if random.random() < 0.125:
        return _plain_line(random)
    # Most of what is odd shows only where the rest is plain.
    name = random.choice(NAMES[:PLAIN_NAMES] if random.random() < 0.6 else NAMES)
    value = random.choice(VALUES[:PLAIN_VALUES] if random.random() < 0.6 else VALUES)
    if random.random() < 0.02:
        value = b"v" * (4096 - len(name) + random.choice((-1, 0, 1)))
    equals = random.choice((b"=", b"=", b"=", b"=", b" = ", b"\t=", b""))
    pieces = [_attribute(random) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 3, 4, 6)))]
    separators = (b"; ", b"; ", b"; ", b";", b" ;", b";;", b";\t")
    line = name + equals + value + b"".join(random.choice(separators) + piece for piece in pieces)
    for _ in range(random.choice((0, 0, 0, 0, 0, 1, 2))):
        line = _mutate(random, line)
    return line


def _plain_line(random: Random) -> bytes:
    """Make a line in which every browser sees the same; often it needs nothing and is kept to the octet."""
    pieces = [random.choice((b"Path=/", b"Path=/p", b"Path=/elsewhere")), b"Secure", b"HttpOnly",
              random.choice((b"SameSite=Lax", b"SameSite=Strict", b"SameSite=None")),
              random.choice((b"Max-Age=60", b"Max-Age=0", b"Max-Age=99999999", b"Expires=" + FUTURE, b"Expires=" + PAST,
                             b"Domain=" + PARENT, b"Domain=." + HOST, b"Partitioned", b"Priority=High"))]  # fmt: skip
    random.shuffle(pieces)
    chosen = [piece for piece in pieces if piece == b"Secure" or random.random() < 0.8]
    name = random.choice(NAMES[:PLAIN_NAMES])
    return b"; ".join([name + b"=" + random.choice(VALUES[:PLAIN_VALUES]), *chosen])


def _attribute(random: Random) -> bytes:
    name, values = random.choice((
        (b"Expires", DATES), (b"Max-Age", AGES), (b"Domain", DOMAINS), (b"Path", PATHS), (b"SameSite", SAME_SITES),
        (b"Path", PATHS), (b"Secure", None), (b"Secure", None), (b"HttpOnly", None), (b"Partitioned", None),
        (b"", JUNK),
    ))  # fmt: skip
    if random.random() < 0.1:
        name = random.choice((name.lower(), name.upper(), b" " + name, name + b" ", name + b"\t"))
    if values is None:
        return name + random.choice(FLAG_VALUES)
    equals = b"" if not name.strip() else random.choice((b"=", b"=", b"=", b"=", b" = ", b"=="))
    return name + equals + random.choice(values)


def _mutate(random: Random, line: bytes) -> bytes:
    at = random.randrange(len(line) + 1)
    match random.randrange(4):
        case 0:
            return line[:at] + random.choice(ODD_OCTETS) + line[at:]
        case 1:
            return line[:at] + line[at + 1 :]
        case 2:
            return line[:at] + random.choice(ODD_OCTETS) + line[at + 1 :]
        case _:
            pieces = line.split(b";")
            return b";".join([*pieces, random.choice(pieces[1:] or [b" Secure"])])


def read_cases() -> list[dict[str, Any]]:
    """Read the kept lines; `line` is text, one character an octet, or a list of texts and `[text, times]`.

    `browsers` says, where they differ, what each does with the raw line.
    """
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    for case in cases:
        parts = case["line"] if isinstance(case["line"], list) else [case["line"]]
        texts = [part if isinstance(part, str) else part[0] * part[1] for part in parts]
        case["octets"] = "".join(texts).encode("latin-1")
    return cases


def entry(line: bytes, why: str) -> str:
    """Write a line that failed as `cases.json` holds it."""
    return json.dumps({"line": line.decode("latin-1"), "source": "generated", "note": why})


def shorter(line: bytes) -> list[bytes]:
    """Return the line without each of its parts, the large ones first: candidates for a shorter line that fails."""
    found = []
    size = len(line)
    while size:
        found += [line[:at] + line[at + size :] for at in range(0, len(line), size)]
        size //= 2
    return [each for each in dict.fromkeys(found) if len(each) < len(line)]
