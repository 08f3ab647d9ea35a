"""HAR files in shapes that no browser writes: refused where they are beyond the bounds, read in linear time if not."""

import tracemalloc

import pytest

from cookiegate.audit.auditing import Promise, audit_har, platform
from cookiegate.audit.har_entry import HarEntry
from cookiegate.audit.observation import Unreadable

ENTRY = (
    '{"request": {"url": "http://shop.example/", "headers": [{"name": "Cookie", "value": "a%d=b"}]}, '
    '"response": {"headers": [{"name": "Set-Cookie", "value": "a%d=b"}]}}'
)
ONE = ENTRY.replace("%d", "")


@pytest.fixture
def audit(tmp_path):
    """Audit what is between two entries; returns the audit, or what is wrong."""
    promise = Promise.of(None, platform(None))

    def run(between):
        path = tmp_path / "shop.har"
        path.write_text(f'{{"log": {{"entries": [{ONE}, {between} {ONE}]}}}}')
        try:
            return audit_har(path, promise, [], lambda _: None)
        except Unreadable as error:
            return str(error)

    return run


@pytest.mark.parametrize("number", ["1" * 401, "-" + "1" * 500_000, "1." + "1" * 500_000, "1e" + "1" * 500_000])
def test_number_that_nobody_writes_is_told(audit, number):
    failures = audit(f"{number},")
    assert failures.startswith("shop.har: it has a number of more than 400 characters, after entry ")
    assert failures.endswith("; export it again")


def test_number_of_fifty_megabytes_is_refused_at_once(tmp_path, monkeypatch):
    path = tmp_path / "shop.har"
    with path.open("wb") as file:
        file.write(b'{"log": {"entries": [{"time": ')
        for _ in range(50):
            file.write(b"1" * 1_000_000)
        file.write(b"}]}}")
    read = []
    with pytest.raises(
        Unreadable, match="it has a number of more than 400 characters, after entry 0, before octet 262144"
    ):
        audit_har(path, Promise.of(None, platform(None)), [], read.append)
    assert read == []


@pytest.mark.parametrize("digits", [1, 300, 399, 262_000, 262_144, 600_000])
def test_digits_in_a_string_are_a_string(audit, digits):
    run = "1" * digits
    assert audit(f'"{run}", {{"a": "\\"{run}"}},').source.looked_at.startswith("3 requests")


def test_nesting_that_nobody_writes_is_told(audit):
    assert audit("[" * 501).startswith("shop.har: it nests more than 500 deep, after entry 1, before octet")
    assert audit('{"a": ' * 400 + "1" + "}" * 400 + ",").source.looked_at.startswith("3 requests")


SHAPES = {
    "numbers": "1,", "short texts": '"a",', "entries": f"{ONE},", "names": f"{ENTRY},", "nothing": " ", "lists": "[],",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_file(audit, shape, grows_linearly):
    piece = SHAPES[shape]
    grows_linearly(
        audit, lambda size: "".join(piece.replace("%d", str(at)) for at in range(size // len(piece))), 200_000
    )


def members(count):
    inside = ", ".join(f'"k{number}": 1' for number in range(count))
    header = f'{{{inside}, "name": "Cookie", "value": "c=d"}}'
    return f'{{"request": {{"url": "http://shop.example/", "headers": [{header}]}}}},'


def test_members_that_nobody_looks_at_are_not_kept(audit):
    tracemalloc.start()
    try:
        found = audit(members(100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000
    assert "c" in [cookie.name for cookie in found.cookies]


def test_browser_that_has_many_names_is_told_short(tmp_path):
    path = tmp_path / "shop.har"
    path.write_text('{"log": {"creator": {' + '"name": "x", ' * 5000 + '"a": 1}, "entries": []}}')
    with pytest.raises(Unreadable) as error:
        audit_har(path, Promise.of(None, platform(None)), [], lambda _: None)
    assert len(str(error.value)) < 600


def test_joined_lines_are_split_before_hundreds_of_names_not_thousands():
    names = [f"n{number}" for number in range(2000)]
    entry = HarEntry()
    entry.add("response", "headers", {"name": "Set-Cookie", "value": ", ".join(f"{name}=x" for name in names)})
    for name in names:
        entry.add("response", "cookies", {"name": name, "value": "x"})
    assert len(entry.set_cookie_lines()) == 512
