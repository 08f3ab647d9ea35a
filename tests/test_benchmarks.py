"""The benchmark suite runs, and its rivals do the same work as the gate; no test checks how long anything takes."""

import importlib
import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "benchmarks" / "__main__.py").is_file(),
    reason="benchmarks/ is not in the wheel; it is run from a checkout",
)


def need(module: str) -> None:
    """Skip without this module; in CI, fail."""
    if find_spec(module) is None:
        absent(module)


def absent(what: str) -> NoReturn:
    if os.environ.get("COOKIEGATE_CI") == "1":
        pytest.fail(f"{what} is missing, and in CI it must be there")
    pytest.skip(f"{what} is not here; the extra `test` has it")


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
    rows = document["rows"]
    assert {row[0] for row in rows} == {
        "noise", "per cookie", "responses", "frameworks", "middlewares", "requests", "registry", "scaling",
        "cold start", "memory", "servers", "conditions",
    } | ({"node"} if "node" in {row[0] for row in rows} else set())  # fmt: skip
    assert document["machine"]["cookiegate"] != "not installed"
    keys = [tuple(row[:3]) for row in rows]
    assert len(keys) == len(set(keys))  # otherwise it can't be compared with another run
    assert all(low <= median <= high for *_, low, median, high in rows)
    assert file.read_text(encoding="utf-8").count("\n") == len(rows) + 2  # a line for each
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("median", [1.5, -0.0049, 1234.5, 987654321.0, -1.5e12])
@pytest.mark.parametrize("bounds", [(1.0, 2.0), (-12345.6, 123456.7), (-1e12, 1e12)])
@pytest.mark.parametrize("rival", ["itself", "a rival whose name is as long as the whole line, " * 2])
@pytest.mark.parametrize("columns", [60, 80])
def test_no_figure_of_a_noisy_run_makes_a_line_longer_than_the_terminal(
    load, capsys, monkeypatch, median, bounds, rival, columns
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    timing, result, table = load("timing"), load("result"), load("table")
    figure = timing.Quartiles(bounds[0], median, bounds[1], rounds=9)
    row = result.Row(what="the gate", against=rival, figure=figure, unit="us/cookie", target=result.at_most(1.0625))
    table.print_report({}, {"noise": [row]})
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if len(line) > columns] == []
    assert " ".join(rival.split()) in " ".join(printed.split())


@pytest.mark.parametrize("columns", [60, 80])
def test_report_and_comparison_fit_the_terminal_and_lose_no_word(load, capsys, monkeypatch, columns) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    document, comparison, table = load("document"), load("comparison"), load("table")
    last = document.read_json(CHECKOUT / "benchmarks" / "last.json")

    def halved(row):
        figure = row.figure
        return replace(row, figure=replace(figure, low=figure.low / 2, median=figure.median / 2, high=figure.high / 2))

    half = {group: [halved(row) for row in rows] for group, rows in last.found.items()}
    table.print_report(last.machine, last.found)
    comparison.print_comparison(document.Document(last.machine, half, is_quick=False), last)
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if len(line) > columns] == []
    words = " ".join(printed.split())
    for rows in last.found.values():
        for row in rows:
            assert " ".join(row.what.split()) in words
            assert " ".join(row.against.split()) in words


def test_quick_run_of_one_group_prints_plain_text_without_rich(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ImportError('rich is not here')\n", encoding="utf-8")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(CHECKOUT)!r}]\n"
        "from benchmarks.__main__ import main; main(['--quick', '--only', 'noise'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("measured, against ")
    assert max(map(len, done.stdout.splitlines()[:8])) <= 80


def test_only_with_an_unknown_word_exits_with_two() -> None:
    done = run("--quick", "--only", "spped")
    assert done.returncode == 2
    assert "no group has this in its name" in done.stderr


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 3}', '{"format": 3, "machine": {}, "rows": [[]]}'])
def test_compare_with_what_is_no_result_exits_with_two_and_names_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    done = run("--quick", "--only", "noise", "--compare", str(file))
    assert done.returncode == 2
    assert "old.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_into_a_folder_that_is_not_there_is_refused_before_the_run(tmp_path: Path) -> None:
    done = run("--quick", "--json", str(tmp_path / "nowhere" / "result.json"))
    assert done.returncode == 2
    assert "make it first" in done.stderr


@pytest.fixture
def make_run(load):
    """Make a run of one noise row and one row with these quartiles."""
    timing, document, result = load("timing"), load("document"), load("result")

    def make(low: float, median: float, high: float, *, noise: float = 0.02, unit: str = "x"):
        itself = result.Row(what="a", against="itself", figure=timing.Quartiles(1 - noise, 1, 1 + noise, 9))
        row = result.Row(
            what="b <b>", against="c & d", figure=timing.Quartiles(low, median, high, 9), unit=unit,
            target=result.at_most(2), point=result.Point("Plot <i>", "axis", 3, "curve"),
        )  # fmt: skip
        return document.Document({"python": "CPython <3>"}, {"noise": [itself], "group": [row]}, is_quick=False)

    return make


def test_json_comes_back_as_it_was_written(tmp_path: Path, load, make_run) -> None:
    document, comparison = load("document"), load("comparison")
    written = make_run(1.0, 1.1, 1.2)
    document.write_json(tmp_path / "run.json", written)
    read = document.read_json(tmp_path / "run.json")
    assert (read.machine, read.is_quick) == (written.machine, written.is_quick)
    changes = comparison.compare(read, written)
    assert [(one.group, one.then.key, one.moved, one.ratio) for one in changes] == [
        ("noise", ("a", "itself"), "", 1.0),
        ("group", ("b <b>", "c & d"), "", 1.0),
    ]


def test_last_run_in_the_checkout_can_be_compared_with(load) -> None:
    last = load("document").read_json(CHECKOUT / "benchmarks" / "last.json")
    assert {"noise", "conditions", "responses"} <= last.found.keys()
    assert not last.is_quick


def test_header_fields_are_what_the_running_frameworks_send(load) -> None:
    for module in ("starlette", "flask", "django"):
        need(module)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.header_fields"],
        cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    recorded = load("header_fields")
    expected = {"Starlette": recorded.STARLETTE, "Flask": recorded.FLASK, "Django": recorded.DJANGO}
    told = {
        framework: {(name.encode(), value.encode()) for name, value in fields}
        for framework, fields in json.loads(done.stdout).items()
    }
    assert told == {framework: set(fields) for framework, fields in expected.items()}


def test_usual_visitor_sends_five_cookies_of_which_none_is_optional(load) -> None:
    lines = load("lines")
    gate = lines.make_gate()
    header = lines.five_cookies(gate, lines.EVERYTHING)
    names = [pair.partition(b"=")[0].decode() for pair in header.split(b"; ")]
    assert len(set(names)) == 5
    assert lines.CONSENT_NAME in names
    rules = [gate.registry.match(name).rule for name in names]
    assert all(rule is None or rule.category is lines.Category.NECESSARY for rule in rules)


def test_conditions_are_what_they_are_called(load) -> None:
    conditions, lines, serving = load("groups.conditions"), load("lines"), load("serving")
    gate = lines.make_gate()
    cookies = lines.set_cookies(["token", "ia_mkt_source"])
    sent = {}
    with ExitStack() as stack:
        for one in conditions.all_conditions(gate, stack):
            gated = lines.make_gate(**one.settings)
            app = conditions.AsgiGate(one.make_app([*one.fields, *cookies]), gated)
            cookie = one.cookie or lines.five_cookies(gate, lines.EVERYTHING)
            fields = serving.sent_by_asgi(app, serving.asgi_headers(cookie))
            sent[one.what] = {value.partition(b"=")[0] for name, value in fields if name == b"set-cookie"}
    refused = {"a consent that has expired", "a consent of another revision", "a refused cookie in the request"}
    assert {what for what, names in sent.items() if b"ia_mkt_source" not in names} == refused - {
        "a refused cookie in the request"  # it is deleted
    }
    assert all(b"token" in names for names in sent.values())


@pytest.mark.parametrize(
    ("then", "now", "unit", "moved"),
    [
        ((1.0, 1.1, 1.2), (1.3, 1.4, 1.5), "x", "worse"),
        ((1.3, 1.4, 1.5), (1.0, 1.1, 1.2), "x", "better"),
        ((1.0, 1.1, 1.2), (1.3, 1.4, 1.5), "x faster", "better"),
        ((1.3, 1.4, 1.5), (1.0, 1.1, 1.2), "x faster", "worse"),
        ((1.0, 1.1, 1.2), (1.15, 1.4, 1.5), "x", ""),  # the boxes of quartiles overlap
        ((1.0, 1.0, 1.0), (1.04, 1.04, 1.04), "x", ""),  # less than the difference between runs of the same code
    ],
)
def test_comparison_marks_only_what_moved_beyond_noise(load, make_run, then, now, unit, moved) -> None:
    changes = load("comparison").compare(make_run(*then, unit=unit), make_run(*now, unit=unit))
    assert [(change.group, change.moved) for change in changes] == [("noise", ""), ("group", moved)]


def test_comparison_trusts_a_noisy_run_less(load, make_run) -> None:
    changes = load("comparison").compare(make_run(1.0, 1.1, 1.2, noise=0.5), make_run(1.3, 1.4, 1.5))
    assert [change.moved for change in changes] == ["", ""]


def test_comparison_shows_a_files_text_without_its_control_characters(load, make_run, capsys) -> None:
    document, comparison = load("document"), load("comparison")
    now = make_run(1.0, 1.1, 1.2)
    then = document.Document({"python": "CPython \x1b[2J"}, now.found, is_quick=False)
    comparison.print_comparison(then, now)
    assert "python: CPython ?[2J then, CPython <3> now" in capsys.readouterr().out


def test_page_holds_plots_and_tables_escaped_and_nothing_from_elsewhere(tmp_path: Path, load, make_run) -> None:
    need("matplotlib")
    file = tmp_path / "page.html"
    load("page").write_page(file, make_run(1.3, 1.4, 1.5), make_run(1.0, 1.1, 1.2))
    text = file.read_text(encoding="utf-8")
    pictures = re.findall(r'<svg role="img" aria-label="([^"]+)"', text)
    assert pictures == [
        "How many times over each target is kept; the tables below have the figures",
        "curve, by axis; the tables below have the figures",
    ]
    assert text.count("<svg") == 2
    assert "b &lt;b&gt;" in text
    assert "Plot &lt;i&gt;" in text
    assert "CPython &lt;3&gt;" in text
    assert "<b>" not in text
    assert "<script" not in text
    assert 'src="http' not in text
    assert "1 of 2 rows moved beyond noise" in text


def test_html_without_matplotlib_exits_with_two_and_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('matplotlib is not here')\n", encoding="utf-8")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(CHECKOUT)!r}]\n"
        f"from benchmarks.__main__ import main; main(['--quick', '--html', {str(tmp_path / 'a.html')!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert "pip install 'cookiegate[bench]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_candidate_of_another_process_is_timed_by_its_own_clock(load) -> None:
    timing = load("timing")
    candidates = {
        "slow": timing.SelfTimed(lambda times: 3000 * times),
        "quick": timing.SelfTimed(lambda times: 1000 * times),
    }
    rounds = timing.time_in_turns(timing.QUICK, candidates)
    figure = timing.quartiles(rounds, lambda one: one["slow"] / one["quick"])
    assert (figure.low, figure.median, figure.high) == (3, 3, 3)


@pytest.mark.parametrize(
    "granted", [frozenset(), frozenset({"statistics"}), frozenset({"preferences", "statistics", "marketing"})]
)
@pytest.mark.parametrize(
    ("rival", "unequal"),
    [
        ("http.cookies", {"cachedSessionV1"}),
        ("Werkzeug", {"cachedSessionV1", "ia_mkt_experiments"}),
        ("regular expression", set()),
        ("Django's Morsels", {"cachedSessionV1"}),
    ],
)
def test_rival_answers_as_the_gate_does_but_for_the_lines_it_can_not(load, rival, unequal, granted) -> None:
    lines, per_cookie = load("lines"), load("groups.per_cookie")
    peer = load("peers").peers()[rival]
    if peer.rewrite is None:
        absent(rival)
    gate = lines.make_gate()
    request = lines.RequestHead(cookie=lines.cookie_header(gate, granted or None), scheme="https")
    equal, differs = per_cookie.equal_lines(gate, request, granted, peer, lines.set_cookies())
    assert set(differs) <= unequal
    assert len(equal) == 24 - len(differs)


def test_rivals_unlike_answer_is_found(load) -> None:
    lines, per_cookie = load("lines"), load("groups.per_cookie")
    gate = lines.make_gate()
    request = lines.RequestHead(cookie=lines.cookie_header(gate, lines.EVERYTHING), scheme="https")
    peer = load("peers").Peer("nobody", lambda found, granted: found)
    equal, differs = per_cookie.equal_lines(gate, request, lines.EVERYTHING, peer, lines.set_cookies())
    assert "countryCode" in differs  # it needs Secure and SameSite
    assert len(equal) + len(differs) == 24


def test_middleware_that_rewrites_by_hand_sends_the_gates_cookies(load) -> None:
    lines, serving, middlewares = load("lines"), load("serving"), load("middlewares")
    responses, peers = load("groups.responses"), load("peers")
    gate = lines.make_gate()
    cookie = lines.cookie_header(gate, lines.EVERYTHING)
    fields = [*responses.PLAIN, *lines.set_cookies(responses.THREE)]

    def told(sent):
        return [peers.meaning(value) for name, value in sent if name == b"set-cookie"]

    ours = serving.sent_by_asgi(responses.AsgiGate(serving.raw_asgi(fields), gate), serving.asgi_headers(cookie))
    by_hand = middlewares.asgi_rewriting(peers.with_http_cookies, lines.EVERYTHING)(serving.raw_asgi(fields))
    assert told(serving.sent_by_asgi(by_hand, [])) == told(ours)
    by_hand = middlewares.wsgi_rewriting(peers.with_http_cookies, lines.EVERYTHING)(serving.raw_wsgi(fields))
    sent = [(name.lower().encode(), value.encode()) for name, value in serving.sent_by_wsgi(by_hand)]
    assert told(sent) == told(ours)


def test_realistic_lines_are_what_they_are_called(load) -> None:
    kinds = load("lines").realistic()
    assert {len(lines) for lines in kinds.values()} == {12}
    assert all(880 < len(line.partition(b";")[0]) < 960 for _, line in kinds["a JWT of 900 octets"])
    assert all(b'{"user":' in line for _, line in kinds["JSON in the value"])
    assert len({line.partition(b";")[2] for _, line in kinds["mixed attributes"]}) == 6


def test_site_of_the_real_servers_answers_bare_and_gated(load) -> None:
    need("uvicorn")
    running, opening = load("servers.running"), load("servers.load")
    lines = load("lines")
    cookie = lines.cookie_header(lines.make_gate(), lines.EVERYTHING)
    with running.running("uvicorn") as port, opening.opened(port) as opened:
        assert len(opened.set_cookie_lines("/bare", b"")) == 3
        assert len(opened.set_cookie_lines("/gate", b"")) == 1
        assert len(opened.set_cookie_lines("/gate", cookie)) == 3
        assert opened.candidate("/same", b"").run_ns(8) > 0


def test_server_that_ends_at_once_is_told_with_its_last_words(load) -> None:
    running, result = load("servers.running"), load("result")
    command = [sys.executable, "-c", "raise SystemExit('no such \x1b[31m thing')"]
    expected = pytest.raises(result.Unavailable, match=r"does not start: 'no such \\x1b\[31m thing'")
    with expected, running.started(command, running.free_port()):
        pass


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
