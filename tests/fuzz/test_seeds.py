"""Every fuzz target holds over its seeds and what chance makes of them; and each can fail, else it proves nothing."""

import random
import re
from itertools import islice

import pytest

import cookiegate.consent
from cookiegate import Action, Consent, Reason
from cookiegate.consent import OwnConsent
from cookiegate.decision import Decision
from cookiegate.model import OPTIONAL
from cookiegate.policy import Policy

TARGETS = {
    "set-cookie": "Set-Cookie line, policy and gate",
    "cookie": "Cookie header",
    "consent": "consent readers",
    "markdown": "Markdown import",
    "html": "HTML import",
}
VARIANTS = 100


def variants(seed, others, chance):
    """Yield a seed, and what comes of it by the mutations that a fuzzer begins with."""
    yield seed
    for _ in range(VARIANTS):
        octets = bytearray(seed)
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(octets))
            upto = min(len(octets), at + chance.randint(0, 8))
            piece = chance.choice(others)
            begin = chance.randint(0, len(piece))
            change = chance.choice(["octets", "piece", "cut", "case"])
            if change == "octets":
                octets[at:upto] = bytes(
                    chance.choice(b'\x00\t\n\x1c "%,;=\\\x7f\x85\xa0\xff0Aa{[|<>-') for _ in range(3)
                )
            elif change == "piece":
                octets[at:upto] = piece[begin : begin + chance.randint(0, 40)]
            elif change == "cut":
                del octets[at:upto]
            else:
                octets[at:upto] = octets[at:upto].swapcase()
        yield bytes(octets)


@pytest.mark.parametrize("target", TARGETS)
def test_target_holds_over_its_seeds_and_variants(seeds, target, promise):
    promise("Fuzz", TARGETS[target], "its seeds, and variants of each", "nothing raises, nothing refused passes")
    check = seeds.load_check(target)
    found = seeds.seeds(target)
    chance = random.Random(target)
    assert len(found) >= 4
    for seed in found:
        for octets in variants(seed, found, chance):
            check(octets)


@pytest.mark.parametrize("target", TARGETS)
def test_target_is_quick_over_its_stretched_seeds(seeds, target, promise, untraced):
    promise("Fuzz", TARGETS[target], "its seeds, a piece of each repeated", "processor time within its length")
    check = seeds.load_check(target)
    found = seeds.seeds(target)
    chance = random.Random(target)
    for seed in found:
        for salt, octets in enumerate(islice(variants(seed, found, chance), 6)):
            seeds.check_speed(target, check, seeds.stretched(target, octets))
            seeds.check_speed(target, check, seeds.stretched(target, seed, salt))


def test_input_that_takes_too_long_is_a_finding(seeds):
    def slow(octets):
        re.search(rb",[ ]*b[^=;,]*[ ]*=", octets)

    octets = b"a=1, b" + b" " * 60_000 + b"x"
    seeds.check_speed("cookie", len, octets)
    with pytest.raises(AssertionError, match="s of processor time for"):
        seeds.check_speed("cookie", slow, octets)


def test_stretched_input_is_the_same_each_time_and_keeps_its_ends(seeds):
    for octets in (b"", b"a", b"a=1; b=2"):
        long = seeds.stretched("html", octets)
        assert long == seeds.stretched("html", octets)
        assert 7_990 < len(long) <= 8_000
        assert long.startswith(octets[:1])
        assert long.endswith(octets[-1:])


def test_targets_are_those_of_the_harness(seeds):
    assert tuple(TARGETS) == seeds.TARGETS


def test_every_consent_reader_has_a_letter_and_a_seed(seeds):
    target = seeds.load_target("consent")
    named = {type(reader).__name__ for reader in target.READERS.values()}
    not_readers = {"ConsentSource", "WritableConsentSource", "consent_mode", "first_of"}
    assert named == set(cookiegate.consent.__all__) - not_readers
    assert {chr(seed[0]) for seed in seeds.seeds("consent")} >= target.READERS.keys()


def test_every_refusal_of_the_target_is_read_as_one(seeds):
    target = seeds.load_target("consent")
    for letter, header in target.REFUSALS.items():
        assert target._granted(target.READERS[letter], header.encode()) == frozenset()
        reader = target.READERS[letter]
        assert any(header.startswith(name.removesuffix("*")) for name in reader.cookie_names), letter


def kept(self, line, consent, **_):
    return Decision(action=Action.KEEP, reason=Reason.GRANTED, policy_rule=6, name="", before=line, after=line)


def test_target_set_cookie_fails_where_a_policy_lets_all_leave(seeds, monkeypatch):
    check = seeds.load_check("set-cookie")
    monkeypatch.setattr(Policy, "decide", kept)
    with pytest.raises(AssertionError):
        check(b"\x00\x00source=x; Path=/")


def test_target_cookie_fails_where_another_value_grants(seeds, monkeypatch):
    check = seeds.load_check("cookie")
    monkeypatch.setattr(OwnConsent, "__call__", lambda self, head: Consent(OPTIONAL))
    with pytest.raises(AssertionError):
        check(b"cookiegate_consent=v=1&c=&t=1768204800")


def test_target_consent_fails_where_a_reader_grants_on_garbage(seeds):
    target = seeds.load_target("consent")
    target.READERS["A"] = lambda head: Consent({"statistics"})
    with pytest.raises(AssertionError):
        target.check(b"A.AspNet.Consent=--")


def test_target_consent_fails_where_a_refusal_falls(seeds):
    target = seeds.load_target("consent")
    target.READERS["A"] = lambda head: Consent({"statistics"} if b"=yes" in head.cookie else ())
    with pytest.raises(AssertionError):
        target.check(b"A.AspNet.Consent=yes")


@pytest.mark.parametrize("syntax", ["markdown", "html"])
def test_target_of_an_import_fails_where_the_rules_do_not_come_back(seeds, syntax, monkeypatch):
    target = seeds.load_target("declaration")
    monkeypatch.setattr(target, "write_toml", lambda rules: "")
    seed = next(seed for seed in seeds.seeds(syntax) if b"theme" in seed)
    with pytest.raises(AssertionError):
        target.check_as(syntax, seed)
