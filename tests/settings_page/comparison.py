"""The figures of our own column in docs/comparison.md, from the files.

`python -m tests.settings_page.comparison` writes them into the document.
"""

import gzip
from importlib.resources import files
from pathlib import Path

from cookiegate.model import RequestHead
from cookiegate.settings import TAGS
from cookiegate.settings_page.assets import asset

GUIDE = Path(__file__).parents[2] / "docs" / "comparison.md"
PAGE = files("cookiegate.settings_page")
MINIMUM = ("/cookiegate.js", "/banner.js", "/banner.css")
"""What a page with the banner loads, as it is served."""


def kilobytes(octets: int) -> str:
    return f"{octets / 1000:.1f} kB"


def cells() -> dict[str, str]:
    """Return what our column says, by the first cell of the row."""
    loaded = [asset(path, RequestHead(), is_development=False).body for path in MINIMUM]
    languages = [file for file in PAGE.joinpath("languages").iterdir() if file.name.endswith(".toml")]
    return {
        "octets of JavaScript and CSS": kilobytes(sum(map(len, loaded))),
        "the same with gzip": kilobytes(sum(len(gzip.compress(octets, 9, mtime=0)) for octets in loaded)),
        "languages": str(len(languages)),
        "[other vendors' consent calls](tags.md)": f"yes: {', '.join(TAGS)}",
    }


def rows(text: str) -> dict[str, str]:
    """Return our cell of each row of the table, by the row's first cell."""
    table = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("| ")]
    return {row[1]: row[2] for row in table}


def written(text: str) -> str:
    """Write the figures into the text."""
    lines = text.splitlines()
    for name, cell in cells().items():
        [number] = [number for number, line in enumerate(lines) if line.startswith(f"| {name} |")]
        first, _, others = lines[number].removeprefix("| ").partition(" | ")
        lines[number] = f"| {first} | {cell} | {others.partition(' | ')[2]}"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
