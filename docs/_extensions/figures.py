"""Figures in the text, from the benchmark's last results: no page has one of its own."""

import json
from pathlib import Path

_RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "last.json"
_SHOWN = {
    ("24 cookies, plain", "http.cookies"): "24 cookies, with the visitor's full consent",
    ("24 cookies, an Inventory as recorder", "http.cookies"): "likewise, the worst condition: an `Inventory` records",
    ("ASGI, no cookies, returning visitor", "no-op middleware"): "a response without cookies, returning visitor",
}
_RIVALS = {"http.cookies": "`http.cookies` rewriting them", "no-op middleware": "under a middleware that does nothing"}


def figures() -> str:
    """Write the table. Raises: `KeyError` if a row is not in the results any more."""
    results = json.loads(_RESULTS.read_text(encoding="utf-8"))
    rows = {(row[1], row[2]): row for row in results["rows"]}
    lines = ["| measured | against | ratio |", "|---|---|---|"]
    for key, words in _SHOWN.items():
        unit, median = rows[key][3], rows[key][5]
        digits = 1 if median < 10 else 0
        lines.append(f"| {words} | {_RIVALS[key[1]]} | {median:.{digits}f}{unit} |")
    machine = results["machine"]
    return "\n".join(
        [*lines, "", f"Measured with {machine['python']} on {machine['cores']} cores of an {machine['processor']}."]
    )
