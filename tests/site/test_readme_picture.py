"""README's picture, docs/demo.png, shows the demo as it is now.

Pictures differ with a machine's fonts, so that texts are compared: demo_picture.txt has the picture's digest, and the
text of the page that it shows. `pytest tests/site/test_readme_picture.py --pictures DIR` makes both anew, to be copied.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURE = CHECKOUT / "docs" / "demo.png"
RECORD = Path(__file__).with_name("demo_picture.txt")

pytestmark = pytest.mark.skipif(not PICTURE.is_file(), reason="docs/ is not in the wheel")


@pytest.fixture
def demo_url() -> Iterator[str]:
    words = [sys.executable, "-m", "cookiegate", "demo"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        assert demo.stdout is not None
        line = next(line for line in demo.stdout if "Open it in a browser" in line)
        yield re.search(r"http://\S+", line)[0]
        demo.terminate()
        demo.stdout.read()


def test_readme_shows_the_demo_as_it_is(demo_url, chromium, pytestconfig) -> None:
    context = chromium.new_context(viewport={"width": 800, "height": 760}, color_scheme="light", locale="en")
    page = context.new_page()
    page.goto(demo_url)
    page.locator(".cookiegate-banner").wait_for()
    text = "\n".join(" ".join(line.split()) for line in page.inner_text("body").splitlines() if line.strip())
    directory = pytestconfig.getoption("--pictures")
    if directory is not None:
        octets = page.screenshot(path=directory / PICTURE.name)
        (directory / RECORD.name).write_text(f"{hashlib.sha256(octets).hexdigest()}\n{text}\n", encoding="utf-8")
    context.close()
    digest, _, recorded = RECORD.read_text(encoding="utf-8").rstrip("\n").partition("\n")
    assert text == recorded, "the demo has changed: take README's picture again, see the top of this file"
    assert hashlib.sha256(PICTURE.read_bytes()).hexdigest() == digest, "docs/demo.png and demo_picture.txt differ"
