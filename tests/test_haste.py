"""No test depends on speed by the wall clock, or on a page that may not be loaded yet: it waits for an event.

`wait_until` polls a condition; Playwright's `wait_for`, `wait_for_function` and `expect_navigation` wait
for a page. Tests of speed use processor time (`process_time`) with a generous limit.
"""

import ast
from pathlib import Path

import pytest

HASTY = {
    "sleep": "wait for what is expected, by `wait_until`",
    "perf_counter": "compare processor times",
    "perf_counter_ns": "compare processor times",
    "monotonic": "wait for what is expected, by `wait_until`",
    "monotonic_ns": "wait for what is expected, by `wait_until`",
    "wait_for_timeout": "wait for an element, a page or an event",
    "is_visible": "use `wait_for()`: the page may not have come yet",
    "is_hidden": 'use `wait_for(state="hidden")`: the page may not have come yet',
}
TESTS = sorted(Path(__file__).parent.rglob("test_*.py"))


def hasty_calls(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in HASTY:
                yield f"line {node.lineno}: {name}: {HASTY[name]}"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_module_waits_for_nothing_but_what_it_expects(path):
    assert list(hasty_calls(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", HASTY)
def test_hasty_call_is_found(name):
    assert list(hasty_calls(f"assert page.{name}(1)")) == [f"line 1: {name}: {HASTY[name]}"]
    assert list(hasty_calls(f"{name}()")) != []
