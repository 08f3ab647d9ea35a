"""Reading inventories: files of several processes add up, what can't be read is named and skipped."""

import pytest

from cookiegate.report import Inventory, read_inventory
from cookiegate.report.reading import without_modes


@pytest.fixture
def directory(tmp_path, exchange):
    """What two processes have recorded."""
    recorders = [Inventory(tmp_path), Inventory(tmp_path)]
    for count, recorder in enumerate(recorders, start=1):
        for _ in range(count):
            recorder(exchange(b"sid=1"))
        recorder.flush()
    for recorder in recorders:
        recorder.close()
    return tmp_path


def counts(reading):
    return reading.report.responses, [(cookie.name, cookie.count) for cookie in reading.report.cookies]


def test_files_of_a_directory_add_up(directory):
    reading = read_inventory(directory)
    assert (counts(reading), len(reading.files), reading.problems) == ((3, [("sid", 3)]), 2, ())


@pytest.mark.parametrize("kind", [str, lambda path: path, lambda path: [path], lambda path: iter([path, str(path)])])
def test_paths_come_in_any_kind(directory, kind):
    assert counts(read_inventory(kind(directory))) == (3, [("sid", 3)])


def test_file_given_beside_its_directory_counts_once(directory):
    file = next(directory.glob("inventory-*.json"))
    reading = read_inventory([file, directory])
    assert (counts(reading)[0], reading.problems) == (3, ())


def test_copy_of_a_file_counts_once_and_the_later_state_counts(directory, exchange):
    early = max(directory.glob("inventory-*.json"))
    (directory / "inventory-a-copy.json").write_bytes(early.read_bytes())
    recorders = [Inventory(directory), Inventory(directory)]
    for recorder in recorders:
        recorder(exchange(b"sid=1"))
        recorder.flush()
    reading = read_inventory(directory)
    for recorder in recorders:
        recorder.close()
    assert counts(reading)[0] == 5
    assert reading.problems == (
        f"{directory / 'inventory-a-copy.json'}: left out: what it holds is in {early} too; name one of them alone",
    )


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"", "empty"),
        (b'{"format": "cookieg', "not JSON: line 1, column 12: Unterminated string starting at"),
        (b"\xff\xfe", "octet 0 is not UTF-8"),
        (b"{}", 'no inventory: "format" is not "cookiegate-inventory"'),
    ],
)
def test_broken_file_is_named_and_the_others_count(directory, octets, problem):
    broken = directory / "inventory-broken-0.json"
    broken.write_bytes(octets)
    reading = read_inventory(directory)
    assert counts(reading)[0] == 3
    assert reading.unread == reading.problems
    assert reading.problems == (
        f"{broken}: skipped: {problem}; it is left as it is and does not count; find out what changed it",
    )


def test_directory_without_an_inventory_is_told(tmp_path):
    reading = read_inventory(tmp_path)
    assert (reading.files, reading.report.responses) == ((), 0)
    assert reading.problems == (
        f"{tmp_path}: no inventory-*.json in it; has the app answered requests since it records?",
    )


def test_missing_file_is_told(tmp_path):
    reading = read_inventory(tmp_path / "nope.json")
    assert reading.problems == (
        f"{tmp_path / 'nope.json'}: can't be read: No such file or directory; check the path and its permissions",
    )


def test_drafts_and_locks_are_no_inventories(directory):
    (directory / "inventory-x-0.json.tmp").write_text("half")
    assert read_inventory(directory).problems == ()


def test_file_that_is_none_is_not_to_be_deleted(tmp_path):
    registry = tmp_path / "cookies.toml"
    registry.write_text("[[cookie]]\n")
    (problem,) = read_inventory(registry).problems
    assert problem == (
        f"{registry}: skipped: not JSON: line 1, column 3: Expecting value; name the directory to which an Inventory "
        "records, or an inventory-*.json in it"
    )


def test_modes_are_put_together_where_they_do_not_matter(tmp_path, exchange):
    recorder = Inventory(tmp_path)
    recorder(exchange(b"sid=1"))
    recorder(exchange(b"sid=1", is_enforced=True, at_s=1768204900.0))
    recorder.close()
    report = read_inventory(tmp_path).report
    assert [(cookie.name, cookie.mode, cookie.count) for cookie in report.cookies] == [
        ("sid", "enforce", 1), ("sid", "report-only", 1),
    ]  # fmt: skip
    assert [(phase.mode, phase.responses) for phase in report.phases] == [("report-only", 1), ("enforce", 1)]
    both = without_modes(report)
    assert [(cookie.name, cookie.mode, cookie.count) for cookie in both.cookies] == [("sid", None, 2)]
    assert [(phase.mode, phase.responses) for phase in both.phases] == [(None, 2)]
    assert (both.first_at, both.last_at) == (report.first_at, report.last_at)
