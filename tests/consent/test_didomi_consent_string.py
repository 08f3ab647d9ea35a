"""Didomi Consent Strings: one of version 2 from a site, the documented one of version 1, and made ones."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.platforms.didomi_consent_string import DidomiConsentString, decode_didomi_consent_string
from cookiegate.errors import ConfigError
from cookiegate.model import Consent, RequestHead

SITE = (
    "CAAAAABERQiKDM0REREREREG6UfOkG6UfUwABBBsAAFooINiAAkUgABoAAQACg0pCbWIZMc4Y7vx4GwDelEGUQsol5RPyiklFaUV0AAGgAFHOGO78e"
    "BsA35RXAAA"
)
DOCUMENTED = "BGHWv4UYba5-dZnABdKu__D6iWHsD6iWHsCABFKVEACKUqgAAERY4AABEWMA"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
UPDATED = datetime(2026, 3, 1, tzinfo=UTC)
EMPTY = "001" + "0" * 16
"""A bit field without ids."""


def fibonacci(number: int) -> str:
    numbers = [1, 2]
    while numbers[-1] < number:
        numbers.append(numbers[-1] + numbers[-2])
    bits = ""
    for each in reversed([each for each in numbers if each <= number]):
        bits = str(int(number >= each)) + bits
        number -= each if number >= each else 0
    return bits + "1"


def made(purposes: str, *others: str, sync: str = "0", end: str = "") -> bytes:
    """Return a string of version 2 with these bits of its first list, then the other lists."""
    time = f"{int(UPDATED.timestamp()) * 10:036b}"
    lists = [purposes, *others, EMPTY, EMPTY, EMPTY][:4]
    bits = "000010" + "01" * 64 + time * 2 + f"{1:016b}" + sync + "".join(lists)
    bits += "0" * (-len(bits) % 6)
    return ("".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)) + end).encode()


def of(enabled: set[int], disabled: set[int] = frozenset()) -> DidomiConsentString:
    return DidomiConsentString(updated=UPDATED, enabled=frozenset(enabled), disabled=frozenset(disabled))


def test_string_of_a_site_is_read() -> None:
    updated = datetime(2025, 11, 28, 22, 5, 47, 500000, tzinfo=UTC)
    assert decode_didomi_consent_string(f"{SITE}...".encode()) == DidomiConsentString(
        updated=updated, enabled=frozenset({16816, 16817, 16819, 16820}), disabled=frozenset()
    )


@pytest.mark.parametrize("end", ["", ".AQAACAFk~CAIS", "..XF22/9L~CAIS", "~CAIS", "%7ECAIS", "%2Ex"])
def test_documented_string_is_read_whatever_follows_it(end: str) -> None:
    updated = datetime(2023, 4, 12, 18, 10, tzinfo=UTC)
    assert decode_didomi_consent_string((DOCUMENTED + end).encode()) == DidomiConsentString(
        updated=updated, enabled=frozenset({1, 2, 6, 7, 8}), disabled=frozenset({3, 4})
    )


@pytest.mark.parametrize(
    ("purposes", "expected"),
    [
        (EMPTY, of(set())),
        (f"001{5:016b}1001001001", of({1, 4}, {2, 5})),
        (f"000{700:016b}{3:016b}100110", of({700, 702}, {701})),
        (f"010000{2:016b}1{7:016b}0{9:016b}{11:016b}", of({7, 9, 10, 11})),
        (f"100000{1:016b}{fibonacci(128)}{fibonacci(5)}", of({128, 129, 130, 131, 132})),
        (f"100000{1:016b}{fibonacci(60000)}{fibonacci(1)}", of({60000})),
    ],
)
def test_purposes_are_read_in_each_way_of_writing(purposes: str, expected: DidomiConsentString) -> None:
    assert decode_didomi_consent_string(made(purposes)) == expected
    assert decode_didomi_consent_string(made(purposes, sync="1" + "0" * 36)) == expected


@pytest.mark.parametrize(
    "vendors",
    [
        f"010101{1:016b}1{7:016b}",
        f"011000{1:016b}1{7:016b}{1:016b}1{9:016b}",
        f"100000{2:016b}{fibonacci(3)}{fibonacci(1)}{fibonacci(9)}{fibonacci(2)}",
        f"001{1:016b}11",
    ],
)
def test_other_lists_are_read_over_whatever_they_say(vendors: str) -> None:
    assert decode_didomi_consent_string(made(f"001{1:016b}10", EMPTY, vendors)) == of({1})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "empty, or an octet"),
        (b"~", "empty, or an octet"),
        (f"D{SITE[1:]}".encode(), "version 3; only versions 1 and 2"),
        (SITE[:60].encode(), "cut off"),
        (SITE[:-5].encode(), "cut off"),
        (f"{SITE[:-1]}B".encode(), "no padding"),
        (f"{SITE}AAAA".encode(), "no padding"),
        (made(f"001{1:016b}11"), "enabled and disabled"),
        (made(f"110000{0:016b}"), "written in a way that is not known: 3"),
        (made(f"010101{1:016b}1{7:016b}"), "no source says what they mean"),
        (made(f"010001{1:016b}1{7:016b}{1:016b}1{9:016b}"), "no source says what they mean"),
        (made(f"100000{2:016b}{fibonacci(3)}{fibonacci(1)}{fibonacci(9)}{fibonacci(2)}"), "no source says"),
        (made(f"010000{1:016b}0{9:016b}{8:016b}"), "a range of ids from 9 to 8"),
        (made(f"010000{1:016b}1{0:016b}"), "a range of ids from 0 to 0"),
        (made(f"100000{1:016b}{fibonacci(60000)}{fibonacci(9000)}"), "a range of ids from 60000 to 68999"),
        (made(f"010000{1:016b}0{1:016b}{20000:016b}"), "more ids than the 16384"),
    ],
)
def test_broken_string_says_what_is_wrong(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_didomi_consent_string(text)


def read(cookie: str, platforms: dict[str, Any], **arguments: Any) -> Consent | None:
    found: Consent | None = platforms["Didomi"](**arguments)(RequestHead(cookie=cookie.encode()))
    return found


@pytest.mark.parametrize(
    "numbers",
    [
        {"statistics": [16816, 16817], "marketing": [16818]},
        {16816: "statistics", 16817: "statistics", 16818: "marketing"},
        {"16816": "statistics", "16817": ["statistics"], "16818": "marketing"},
    ],
)
def test_didomi_reads_the_string_by_the_sites_numbers(platforms: dict[str, Any], numbers: Any) -> None:
    consent = read(f"didomi_dcs={SITE}", platforms, purpose_numbers=numbers)
    updated = datetime(2025, 11, 28, 22, 5, 47, 500000, tzinfo=UTC)
    assert consent == Consent({"statistics"}, source="Didomi", given_at=updated)


def test_didomi_lets_the_stricter_of_both_cookies_count(platforms: dict[str, Any]) -> None:
    token = "eyJwdXJwb3NlcyI6eyJlbmFibGVkIjpbImEiXSwiZGlzYWJsZWQiOlsiYiJdfX0="  # a enabled, b disabled
    arguments = {
        "purposes": {"a": "statistics", "b": "marketing"},
        "purpose_numbers": {16816: "statistics", 16817: "marketing"},
    }
    consent = read(f"didomi_token={token}; didomi_dcs={SITE}", platforms, **arguments)
    assert consent is not None
    assert consent.granted == {"statistics"}


def test_didomi_without_numbers_grants_nothing_by_either_cookie(granted: Callable[..., str | None]) -> None:
    token = "eyJwdXJwb3NlcyI6eyJlbmFibGVkIjpbImEiXX19"
    assert granted("Didomi", f"didomi_token={token}; didomi_dcs={SITE}", purposes={"a": "statistics"}) == "unreadable"


def test_didomi_string_without_statuses_is_no_signal(platforms: dict[str, Any]) -> None:
    assert read(f"didomi_dcs={made(EMPTY).decode()}", platforms) is None


def test_didomi_reads_another_name(platforms: dict[str, Any]) -> None:
    consent = read(f"dcs={SITE}", platforms, dcs_cookie_name="dcs", purpose_numbers={16816: "statistics"})
    assert consent is not None
    assert consent.granted == {"statistics"}


@pytest.mark.parametrize("numbers", [5, {True: "statistics"}, {16816: "stats"}])
def test_didomi_refuses_wrong_numbers(platforms: dict[str, Any], numbers: Any) -> None:
    with pytest.raises(ConfigError, match="Didomi: purpose_numbers"):
        platforms["Didomi"](purpose_numbers=numbers)


def test_every_cut_and_every_flipped_bit_outside_of_the_purposes_grants_no_more(platforms: dict[str, Any]) -> None:
    reader = platforms["Didomi"](purpose_numbers={16816: "statistics", 16818: "marketing"})
    for length in range(len(SITE)):
        consent = reader(RequestHead(cookie=f"didomi_dcs={SITE[:length]}".encode()))
        assert consent is None or consent.granted <= {"statistics"}


@given(st.text(ALPHABET + ".~", max_size=300))
def test_arbitrary_text_raises_nothing_else(value: str) -> None:
    for start in "BC":
        with suppress(ValueError):
            decode_didomi_consent_string((start + value).encode())
