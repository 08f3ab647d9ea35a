"""Two small peers as `python -m tests.peers` runs them; the others are run on request."""

import os

import pytest

from tests.peers.__main__ import main

SMALL = ("asgi-csrf", "starlette-csrf")


@pytest.mark.skipif(
    os.environ.get("COOKIEGATE_CI") != "1",
    reason="downloads packages; python -m tests.peers does so on request, and .ci/run does",
)
@pytest.mark.parametrize("name", SMALL)
def test_small_peer_passes_its_tests_with_the_gate_but_for_what_is_recorded(name, promise, tmp_path):
    promise("Other projects' own tests", name, "with the gate", "as without it, but for what is recorded")
    said = []
    code = main([name, "--cache", str(tmp_path)], said.append)
    assert code == 0, "\n".join(said)
    assert not [line for line in said if line.startswith("no longer occurs")], "\n".join(said)
