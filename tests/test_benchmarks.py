"""The benchmark suite runs, and its rivals do the same work as the gate; how long anything takes is no test."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "benchmarks" / "__main__.py").is_file(),
    reason="benchmarks/ is not in the wheel; it is run from a checkout",
)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch):
    """Import a module of the suite as `python -m benchmarks` does, from the checkout."""

    def load_module(name: str) -> ModuleType:
        monkeypatch.syspath_prepend(str(CHECKOUT))
        return importlib.import_module(f"benchmarks.{name}")

    return load_module


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


def test_quick_run_exits_with_zero_and_writes_every_group(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    done = run("--quick", "--json", str(file))
    assert done.returncode == 0, done.stderr
    assert "targets met" in done.stdout
    document = json.loads(file.read_text(encoding="utf-8"))
    assert {row["group"] for row in document["rows"]} == {
        "noise", "per cookie", "responses", "frameworks", "requests", "registry", "memory"
    }  # fmt: skip
    assert document["machine"]["cookiegate"] != "not installed"
    assert all(row["figure"] or row["note"] for row in document["rows"])


def test_quick_run_of_one_group_prints_plain_text_without_rich(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ImportError('rich is not here')\n", encoding="utf-8")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(CHECKOUT)!r}]\n"
        "from benchmarks.__main__ import main; main(['--quick', '--only', 'noise'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("what ")


@pytest.mark.parametrize("granted", [frozenset(), frozenset({"preferences", "statistics", "marketing"})])
@pytest.mark.parametrize(
    ("rival", "unequal"),
    [
        ("http.cookies", {"cachedSessionV1"}),
        ("Werkzeug", {"cachedSessionV1", "ia_mkt_experiments"}),
        ("regular expression", set()),
    ],
)
def test_rival_answers_as_the_gate_does_but_for_the_lines_it_can_not(load, rival, unequal, granted) -> None:
    lines, per_cookie = load("lines"), load("groups.per_cookie")
    rewrite = load("peers").peers()[rival]
    if rewrite is None:
        pytest.skip(f"{rival} is not installed")
    gate = lines.make_gate()
    request = load("lines").RequestHead(cookie=lines.cookie_header(gate, granted or None), scheme="https")
    equal, differs = per_cookie.equal_lines(gate, request, granted, rewrite)
    assert set(differs) <= unequal
    assert len(equal) == 24 - len(differs)


def test_rivals_unlike_answer_is_found(load) -> None:
    lines, per_cookie = load("lines"), load("groups.per_cookie")
    gate = lines.make_gate()
    request = lines.RequestHead(cookie=lines.cookie_header(gate, lines.EVERYTHING), scheme="https")
    equal, differs = per_cookie.equal_lines(gate, request, lines.EVERYTHING, lambda found, granted: found)
    assert "countryCode" in differs  # it needs Secure and SameSite
    assert len(equal) + len(differs) == 24


def test_the_workload_is_the_24_cookies_of_the_policy(load) -> None:
    lines = load("lines")
    names = [line.partition(b"=")[0].decode() for line in lines.lines()]
    assert names == list(lines.RULES)
    assert len(names) == 24


def test_gate_in_the_measured_apps_drops_what_is_refused_and_lets_the_rest_through(load) -> None:
    lines, serving, responses = load("lines"), load("serving"), load("groups.responses")
    gate = lines.make_gate()
    fields = lines.set_cookies(["token", "ia_pref_theme", "ia_stats_session"])
    full = lines.cookie_header(gate, lines.EVERYTHING)
    for cookie, expected in ((b"", 1), (full, 3)):
        asgi = serving.sent_by_asgi(responses.AsgiGate(serving.raw_asgi(fields), gate), serving.asgi_headers(cookie))
        wsgi = serving.sent_by_wsgi(responses.WsgiGate(serving.raw_wsgi(fields), gate), cookie)
        assert sum(name == b"set-cookie" for name, _ in asgi) == expected
        assert sum(name == "set-cookie" for name, _ in wsgi) == expected


def test_consent_is_found_among_eighty_cookies(load) -> None:
    requests, lines = load("groups.requests"), load("lines")
    header = requests.eighty_cookies()
    assert header.count(b";") == 79
    assert requests.cookie_values(header, lines.CONSENT_NAME.encode())
