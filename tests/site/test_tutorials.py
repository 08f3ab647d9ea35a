"""The tutorials, followed to the letter: each file is written, each command is run and prints what the page shows.

With COOKIEGATE_CI=1 the three shops begin with a new virtual environment and the page's `pip install`. Else, and for
the other pages, this environment is used.
"""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
SHOPS = ("fastapi", "django", "flask")
PAGES = sorted(path for path in DOCS.glob("tutorials/*.md") if path.name != "index.md")

pytestmark = pytest.mark.skipif(not PAGES, reason="docs/ is not in the wheel")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_tutorial_works_to_the_letter(page: Path, tmp_path: Path, missing, own_clock) -> None:
    from tutorial import Walk, follow

    if shutil.which("curl") is None:
        missing("curl")
    if page.stem in SHOPS and find_spec(page.stem) is None:
        missing(page.stem)
    (tmp_path / "cookiegate").symlink_to(CHECKOUT)
    with Walk(tmp_path, installs=page.stem in SHOPS and os.environ.get("COOKIEGATE_CI") == "1") as walk:
        assert follow(page, walk) == []


def test_difference_between_page_and_terminal_is_found(tmp_path: Path) -> None:
    from tutorial import Walk, follow

    page = tmp_path / "page.md"
    page.write_text("```toml\n# a.txt\none\n```\n\n```console\n$ cat a.txt\n# a.txt\ntwo\n```\n", encoding="utf-8")
    with Walk(tmp_path, installs=False) as walk:
        (problem,) = follow(page, walk)
    assert problem.startswith("page.md, line 7: $ cat a.txt")


@pytest.mark.parametrize(
    ("printed", "expected", "is_other"),
    [
        (["a", "b", "c"], ["a", "...", "c"], False),
        (["a", "c"], ["a", "...", "c"], False),
        (["a", "b"], ["a", "...", "c"], True),
        (["at 12:00, twice"], ["at ..., twice"], False),
        (["at 12:00, once"], ["at ..., twice"], True),
        (["a  "], ["a"], False),
        (["a", "b"], ["a"], True),
    ],
)
def test_dots_stand_for_what_differs_each_time(printed, expected, is_other) -> None:
    from tutorial import differs

    assert differs(printed, expected) is is_other


def test_block_without_a_file_is_refused(tmp_path: Path) -> None:
    from tutorial import steps_of

    page = tmp_path / "page.md"
    page.write_text("```python\nimport this\n```\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md, line 2: .* which file"):
        list(steps_of(page))
