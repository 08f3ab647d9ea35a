"""`peers.toml` is valid, and what would be wrong in it is found."""

import pytest

from tests.peers.listing import MODES, Difference, Listing, Peer, read_listing

GATES = ({"asgi": "m:App.__call__"},)
REASON = "It sets a cookie that no rule knows."


@pytest.fixture(scope="module")
def listing():
    return read_listing()


def test_listing_has_no_problem(listing):
    assert [*listing.problems()] == []


def test_listing_has_enough_peers(listing):
    assert len(listing.peers) >= 17


def test_every_lock_belongs_to_a_peer(listing):
    locks = {path.name for path in listing.peers[0].lock.parent.glob("*.txt")}
    assert locks == {peer.lock.name for peer in listing.peers}


def test_peer_is_found_in_any_case(listing):
    assert listing.peer("Flask").project == "Flask"
    assert listing.peer("no-such-peer") is None


def test_difference_counts_in_its_modes_alone():
    one = Difference(peer="p", reason=REASON, tests=("a",), modes=frozenset({"default"}))
    every = Difference(peer="p", reason=REASON, tests=("b",))
    listing = Listing(peers=(), differences=(one, every), without_tests=())
    assert listing.differences_of("p", "default") == (one, every)
    assert listing.differences_of("p", "watched") == (every,)
    assert listing.differences_of("q", "default") == ()


def problems_of(*, peers=(), differences=(), without_tests=()):
    return [*Listing(peers=peers, differences=differences, without_tests=without_tests).problems()]


@pytest.fixture
def flask(listing):
    return listing.peer("flask")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"reason": ""}, "the reason is no sentence"),
        ({"reason": "By design."}, "the reason is no sentence"),
        ({"reason": "It has the words but not the full stop"}, "the reason is no sentence"),
        ({"peer": "flsk"}, "there is no such peer"),
        ({"tests": ()}, "names no test"),
        ({"tests": (" ",)}, "names no test"),
        ({"tests": ("*",)}, "'*' allows every test"),
        ({"modes": frozenset()}, f"unknown mode; use {', '.join(MODES)}"),
        ({"modes": frozenset({"open"})}, f"unknown mode; use {', '.join(MODES)}"),
    ],
)
def test_difference_without_its_parts_is_a_problem(flask, fields, problem):
    good = {"peer": "flask", "reason": REASON, "tests": ("t.py::a",)}
    assert problems_of(peers=(flask,), differences=(Difference(**good),)) == []
    found = problems_of(peers=(flask,), differences=(Difference(**good | fields),))
    assert any(each.endswith(problem) for each in found), found


@pytest.mark.parametrize("sdist", ["Flask", "Flask>=3", "Flask==3.*", "Flask==", "Flask @ https://example.org/x"])
def test_peer_that_is_not_pinned_is_a_problem(sdist):
    assert "is not pinned" in problems_of(peers=(Peer(name="flask", sdist=sdist, gates=GATES),))[0]
    assert "is not pinned" in problems_of(without_tests=(sdist,))[0]


def test_peer_whose_lock_is_of_another_version_is_a_problem():
    found = problems_of(peers=(Peer(name="flask", sdist="Flask==1.0", gates=GATES),))
    assert found == ["peer 'flask': flask.txt: Flask==1.0 is not in it; run python -m tests.peers --lock flask"]


def test_lock_that_leaves_a_version_open_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.peers.listing.HERE", tmp_path)
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "flask.txt").write_text("flask==3.1.3\nWerkzeug>=3\n")
    found = problems_of(peers=(Peer(name="flask", sdist="Flask==3.1.3", gates=GATES),))
    assert found == ["peer 'flask': flask.txt: 'Werkzeug>=3' is not pinned"]


def test_peer_without_a_lock_is_a_problem():
    found = problems_of(peers=(Peer(name="new", sdist="New==1.0", gates=GATES),))
    assert found == ["peer 'new': has no lock; run python -m tests.peers --lock with its name"]


def test_peer_that_is_there_twice_is_a_problem(flask):
    assert problems_of(peers=(flask, flask)) == ["peer 'flask': is there twice"]


@pytest.mark.parametrize(
    "gates",
    [
        (),
        ({"argument": "app"},),
        ({"asgi": "m:a", "wsgi": "m:a"},),
        ({"asgi": "m:a", "argument": "app", "attribute": "app"},),
        ({"asgi": "m:a", "around": "app"},),
        ({"django": "MIDDLEWARE", "asgi": "m:a"},),
    ],
)
def test_peer_without_a_clear_place_for_the_gate_is_a_problem(gates, flask):
    assert len(problems_of(peers=(Peer(name="flask", sdist=flask.sdist, gates=gates),))) == 1


def test_unknown_key_is_refused(tmp_path):
    file = tmp_path / "peers.toml"
    file.write_text('[[peer]]\nname = "a"\nsdist = "a==1"\nversion = "1"\n')
    with pytest.raises(TypeError, match="version"):
        read_listing(file)
