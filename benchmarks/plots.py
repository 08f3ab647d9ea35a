"""Plots of a run as SVG text, drawn by matplotlib: each scaling plot, and every target beside what was measured."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from io import StringIO

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from benchmarks.result import Row

__all__ = ["plots_of", "targets_plot"]

_WIDTH_INCHES = 9.0
_SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "cookiegate", "font.size": 9.0, "font.family": "sans-serif"}


def plots_of(found: Mapping[str, list[Row]]) -> Iterator[tuple[str, str]]:
    """Yield title and SVG of each plot that the rows' points make up."""
    plots: dict[str, list[Row]] = {}
    for rows in found.values():
        for row in rows:
            if row.point is not None and row.figure is not None:
                plots.setdefault(row.point.plot, []).append(row)
    for title, rows in plots.items():
        yield title, _scaling_plot(rows)


def targets_plot(found: Mapping[str, list[Row]]) -> str:
    """Draw how far each measured figure is from its target; right of the line is met. Nothing without targets."""
    judged = [row for rows in found.values() for row in rows if row.target is not None and row.figure is not None][::-1]
    if not judged:
        return ""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH_INCHES, 0.8 + 0.22 * len(judged)), layout="constrained")
        axes = figure.subplots()
        for place, row in enumerate(judged):
            assert row.figure is not None
            assert row.target is not None
            ends = (row.figure.low, row.figure.median, row.figure.high)
            kept = [max(0.01, one / row.target.bound if row.target.kind == ">=" else row.target.bound / max(one, 1e-3))
                    for one in ends if one > 0]  # fmt: skip
            if not kept:
                continue
            color = "#1a7f37" if row.is_met else "#cf222e"
            axes.plot((min(kept), max(kept)), (place, place), color=color, linewidth=3, alpha=0.4)
            axes.plot(kept[len(kept) // 2], place, "o", color=color, markersize=4)
        axes.axvline(1, color="#444", linewidth=1)
        axes.set_xscale("log")
        axes.set_yticks(range(len(judged)), [f"{row.what}, against {row.against}" for row in judged], fontsize=7)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.set_xlabel("target kept so many times over; left of 1 it is missed")
        axes.grid(visible=True, axis="x", alpha=0.3)
        return _svg(figure, "How many times over each target is kept; the tables below have the figures")


def _scaling_plot(rows: list[Row]) -> str:
    curves: dict[str, list[Row]] = {}
    for row in rows:
        assert row.point is not None
        curves.setdefault(row.point.curve, []).append(row)
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH_INCHES, 3.6), layout="constrained")
        axes = figure.subplots()
        for name, points in curves.items():
            ordered = sorted(points, key=lambda row: row.point.x if row.point else 0)
            xs = [row.point.x for row in ordered if row.point]
            figures = [row.figure for row in ordered if row.figure]
            (line,) = axes.plot(xs, [one.median for one in figures], "o-", markersize=4, label=name)
            axes.fill_between(
                xs, [one.low for one in figures], [one.high for one in figures], alpha=0.15, color=line.get_color()
            )
        values = [row.figure.median for row in rows if row.figure]
        if min(values) > 0 and max(values) / min(values) > 8:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        places = [row.point.x for row in rows if row.point]
        if min(places) > 0 and max(places) / min(places) > 8:
            axes.set_xscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
            axis.set_minor_formatter(NullFormatter())
        assert rows[0].point is not None
        axes.set_xlabel(rows[0].point.axis)
        axes.set_ylabel({"x": "ratio"}.get(rows[0].unit, rows[0].unit))
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize=8)
        curve_names = ", ".join(curves)
        return _svg(figure, f"{curve_names}, by {rows[0].point.axis}; the tables below have the figures")


def _svg(figure: Figure, label: str) -> str:
    """Write a figure; `label` says what it shows to those who do not see it."""
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    plain = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return plain.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
