"""For every reader: no octets raise, and no cut and no changed octet grants what the whole value refused."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cookiegate.model import OPTIONAL, Consent, RequestHead

TRIED = b"0139Tx,;=&!% "
"""What every octet of a sample is changed into, beside its other case; hypothesis tries the rest."""


def test_samples_read_as_they_say(samples: list[dict[str, Any]], read: Callable[..., Consent | None]) -> None:
    for sample in samples:
        consent = read(sample["reader"], sample["header"], **sample.get("arguments", {}))
        if sample["granted"] is None:
            assert consent is None
            continue
        assert consent is not None
        assert sorted(consent.granted) == sample["granted"], sample
        assert consent.explicit is sample["explicit"], sample
        assert consent.revision == sample.get("revision"), f'correct or add "revision": {sample}'
        assert (consent.given_at and consent.given_at.isoformat()) == sample.get("given_at"), sample


def test_every_reader_has_a_sample(samples: list[dict[str, Any]], platforms: dict[str, Any]) -> None:
    assert {sample["reader"] for sample in samples} == platforms.keys()


def test_cut_at_every_position_never_grants_what_was_refused(
    samples: list[dict[str, Any]], platforms: dict[str, Any]
) -> None:
    for sample in samples:
        header = sample["header"]
        cuts = {header[:length] for length in range(len(header))}
        assert _wrongly_granting(sample, platforms, cuts) == set(sample.get("undetectable_cuts", ())), sample["reader"]


def test_changed_octet_never_grants_what_was_refused_but_where_it_is_marked(
    samples: list[dict[str, Any]], platforms: dict[str, Any]
) -> None:
    for sample in samples:
        header = sample["header"]
        granting = set()
        for at, character in enumerate(header):
            others = {*TRIED.decode(), character.swapcase()} - {character}
            if _wrongly_granting(sample, platforms, {header[:at] + other + header[at + 1 :] for other in others}):
                granting.add(at)
        assert granting == sample["undetectable"], (sample["reader"], header)


@given(data=st.data())
def test_any_changed_octet_raises_nothing_and_grants_no_more(
    samples: list[dict[str, Any]], platforms: dict[str, Any], data: st.DataObject
) -> None:
    sample = data.draw(st.sampled_from(samples))
    header = sample["header"]
    at = data.draw(st.integers(0, len(header) - 1))
    changed = header[:at] + chr(data.draw(st.integers(0, 255))) + header[at + 1 :]
    assert at in sample["undetectable"] or not _wrongly_granting(sample, platforms, {changed})


@given(octets=st.binary(max_size=200), data=st.data())
def test_arbitrary_octets_raise_nothing(platforms: dict[str, Any], octets: bytes, data: st.DataObject) -> None:
    for reader in (reader() for reader in platforms.values()):
        name = data.draw(st.sampled_from(reader.cookie_names)).replace("*", "1")
        consent = reader(RequestHead(cookie=name.encode() + b"=" + octets))
        assert consent is None or consent.granted <= OPTIONAL


@given(text=st.text(st.sampled_from("{}[]\"':,%0123456789truefalsnd|!=_&.-+ "), max_size=80), data=st.data())
def test_text_of_the_formats_raises_nothing(platforms: dict[str, Any], text: str, data: st.DataObject) -> None:
    for reader in (reader() for reader in platforms.values()):
        name = data.draw(st.sampled_from(reader.cookie_names)).replace("*", "1")
        consent = reader(RequestHead(cookie=f"{name}={text}".encode()))
        assert consent is None or consent.granted <= OPTIONAL


def test_too_long_a_value_is_unreadable(samples: list[dict[str, Any]], granted: Callable[..., str | None]) -> None:
    for sample in samples:
        *_, last = sample["header"].split("; ")
        name, _, value = last.partition("=")
        assert granted(sample["reader"], f"{name}={value}{'0' * 8193}", **sample.get("arguments", {})) in {
            "unreadable",
            None,
        }


def test_deep_nesting_raises_nothing(platforms: dict[str, Any]) -> None:
    for reader in (reader() for reader in platforms.values()):
        for name in reader.cookie_names:
            for nest in (b"[" * 8000, b'{"a":' * 1600, b"%5B" * 2700, b"{a:" * 2000):
                consent = reader(RequestHead(cookie=name.replace("*", "1").encode() + b"=" + nest))
                assert consent is None or not consent.granted


def test_value_that_is_tossed_in_never_adds_a_category(
    samples: list[dict[str, Any]], read: Callable[..., Consent | None]
) -> None:
    for sample in samples:
        alone = read(sample["reader"], sample["header"], **sample.get("arguments", {}))
        for other in samples:
            if other["reader"] == sample["reader"] and _names(other) <= _names(sample):
                both = read(sample["reader"], f"{sample['header']}; {other['header']}", **sample.get("arguments", {}))
                assert alone is None or both is None or both.granted <= alone.granted


def _names(sample: dict[str, Any]) -> set[str]:
    """Return the names of the cookies in a sample."""
    return {pair.partition("=")[0] for pair in sample["header"].split("; ")}


def _wrongly_granting(sample: dict[str, Any], platforms: dict[str, Any], headers: set[str]) -> set[str]:
    """Return the headers by which a category is granted that the sample refuses."""
    reader = platforms[sample["reader"]](**sample.get("arguments", {}))
    allowed = set(sample["granted"] or ())
    found = set()
    for header in headers:
        consent = reader(RequestHead(cookie=header.encode("latin-1")))
        if consent is not None and not consent.granted <= allowed:
            found.add(header)
    return found
