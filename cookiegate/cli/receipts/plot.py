"""The plot of `cookiegate receipts stats`: for each period the share that granted each category, and the choices."""

from html import escape
from io import StringIO
from math import nan
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cookiegate.model import Category
from cookiegate.plural import counted
from cookiegate.receipts.acceptance import Acceptance

__all__ = ["draw"]

_COLOURS: Final = {Category.PREFERENCES: "#0072b2", Category.STATISTICS: "#009e73", Category.MARKETING: "#d55e00"}
_MARKERS: Final = {Category.PREFERENCES: "o", Category.STATISTICS: "s", Category.MARKETING: "^"}
_MOST_LABELS = 12


def draw(periods: list[Acceptance], period: str, file: Path) -> None:
    """Draw into a file, in the format of its suffix. Raises: `OSError`."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "cookiegate", "font.family": "sans-serif"}):
        figure = Figure(figsize=(9, 5.5), layout="constrained")
        shares, counts = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        places = range(len(periods))
        for category, colour in _COLOURS.items():
            values = [100 * each.share(category) if each.choices else nan for each in periods]
            shares.plot(places, values, color=colour, marker=_MARKERS[category], label=category.value, linewidth=2)
        counts.bar(places, [each.choices for each in periods], color="#8c8c8c", width=0.7)
        shares.set(title="Share of choices that granted each category", ylim=(-3, 103))
        shares.yaxis.set_major_formatter(PercentFormatter())
        shares.legend(loc="upper center", bbox_to_anchor=(0.5, -0.04), ncols=3, frameon=False)
        counts.set_ylabel("choices")
        counts.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
        step = -(-len(periods) // _MOST_LABELS) or 1
        counts.set_xticks(places[::step], [each.period for each in periods[::step]], rotation=30, ha="right")
        counts.set_xlabel(period)
        for axes in (shares, counts):
            axes.grid(axis="y", color="#e0e0e0")
            axes.set_axisbelow(True)
            axes.spines[["top", "right"]].set_visible(False)
        if file.suffix.lower() != ".svg":
            figure.savefig(file)
            return
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
        file.write_text(_with_text(written.getvalue(), periods, period), encoding="utf-8")


def _with_text(svg: str, periods: list[Acceptance], period: str) -> str:
    """Add a title, and the numbers in words, for those who do not see the picture."""
    lines = []
    for each in periods:
        shares = [f"{category.value} {each.share(category):.0%}" for category in _COLOURS]
        lines.append(
            f"{each.period}: {', '.join(shares) if each.choices else 'none'} of {counted(each.choices, 'choice')}"
        )
    title = f"Share of choices that granted each category, by {period}"
    text = f"<title>{title}</title>\n<desc>{escape('; '.join(lines))}</desc>\n"
    begin = svg.index("<svg ") + len("<svg ")
    end = svg.index(">", begin) + 1
    return f'{svg[:begin]}role="img" aria-label="{title}" {svg[begin:end]}\n{text}{svg[end:]}'
