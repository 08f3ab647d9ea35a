"""The report as one HTML file: plots (matplotlib's SVG, inline), tables, what moved. No script, nothing from elsewhere.

Law: whatever is not written in this file is escaped.
"""

from collections.abc import Iterator
from html import escape
from io import StringIO
from pathlib import Path

from benchmarks.comparison import compare
from benchmarks.document import Document
from benchmarks.result import Row, Unavailable
from benchmarks.table import figure_text, quartiles_text, summary, target_text

try:
    from benchmarks.plots import plots_of, targets_plot
except ImportError as error:
    raise Unavailable("--html: matplotlib is not installed; pip install 'cookiegate[bench]'") from error

__all__ = ["write_page"]

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #8884; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.met { color: #1a7f37 } .missed { color: #cf222e }
.note, dd { color: #777 }
figure { margin: 1.5rem 0 } figure svg { max-width: 100%; height: auto; background: #fff }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dd { margin: 0 }
"""


def write_page(path: Path, now: Document, then: Document | None = None) -> None:
    """Write the page; `then`: another run to compare with."""
    page = StringIO()
    page.write(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>cookiegate: benchmarks</title><style>{_STYLE}</style></head><body>\n<h1>cookiegate: benchmarks</h1>\n"
        "<p>Each figure is the median ratio of interleaved runs in one process, beside it the quartiles. "
        f"{'A quick run: rough figures. ' if now.is_quick else ''}</p>\n"
    )
    page.writelines(f"<p>{escape(line)}</p>\n" for line in summary(now.found).splitlines())
    for title, drawing in (("Targets", targets_plot(now.found)), *plots_of(now.found)):
        if drawing:
            page.write(f"<h2>{escape(title)}</h2>\n<figure>{drawing}</figure>\n")
    if then is not None:
        page.writelines(_changes(then, now))
    for group, rows in now.found.items():
        page.write(f"<h2>{escape(group.capitalize())}</h2>\n")
        page.writelines(_table(rows))
    page.write("<h2>Machine and versions</h2>\n<dl>")
    page.writelines(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>" for name, fact in now.machine.items())
    page.write("</dl>\n</body></html>\n")
    path.write_text(page.getvalue(), encoding="utf-8")


def _table(rows: list[Row]) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col">{head}' for head in ("measured", "against", "median", "quartiles", "target", "note")
    )
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
    for row in rows:
        state = {True: "met", False: "missed", None: ""}[row.is_met]
        yield (
            f'<tr><td>{escape(row.what)}<td>{escape(row.against)}<td class="number">{escape(figure_text(row))}'
            f'<td class="number">{quartiles_text(row)}<td class="{state}">{escape(target_text(row))}'
            f'<td class="note">{escape(row.note)}</tr>\n'
        )
    yield "</tbody></table>\n"


def _changes(then: Document, now: Document) -> Iterator[str]:
    changes = compare(then, now)
    moved = [change for change in changes if change.moved]
    yield f"<h2>Then and now</h2>\n<p>{len(moved)} of {len(changes)} rows moved beyond noise.</p>\n"
    if not moved:
        return
    yield "<table><thead><tr><th>moved<th>measured<th>against<th>then<th>now</tr></thead><tbody>\n"
    for change in moved:
        state = "met" if change.moved == "better" else "missed"
        yield (
            f'<tr><td class="{state}">{change.moved}<td>{escape(change.now.what)}<td>{escape(change.now.against)}'
            f'<td class="number">{escape(figure_text(change.then))}'
            f'<td class="number">{escape(figure_text(change.now))}</tr>\n'
        )
    yield "</tbody></table>\n"
