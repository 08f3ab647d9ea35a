"""The pictures of the tutorials and of the demo, taken in Chromium from the running sites each time the site is built.

Without Chromium or Playwright the build says so and leaves the pictures out; with COOKIEGATE_CI=1 it fails.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from tutorial import Walk, prepare

_LOGGER = logging.getLogger(__name__)
_PICTURE = re.compile(r"^!\[[^\]]*\]\((?:\.\./)?pictures/[^)]*\)\n", re.MULTILINE)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
_SIZE = {"width": 800, "height": 480}
_PATIENCE_MS = 60_000
SHOPS = ("fastapi", "django", "flask")


class NoBrowser(Exception):
    """No picture can be taken here."""


def take(docs: Path, out: Path) -> None:
    """Take all pictures. Raises: `NoBrowser`; a timeout of Playwright's if a site does not look as the pages say."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise NoBrowser("Playwright is missing") from error
    out.mkdir(exist_ok=True)
    path = next((path for name in _BROWSERS if (path := shutil.which(name))), None)  # else Playwright's own
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        except Error as error:
            raise NoBrowser("Chromium is missing, or does not start") from error
        for name in SHOPS:
            with tempfile.TemporaryDirectory() as directory, Walk(Path(directory), installs=False) as walk:
                prepare(docs / "tutorials" / f"{name}.md", walk)
                _shop(browser, walk.url, out, name)
        with _demo() as url:
            page = _open(browser, url)
            page.locator(".cookiegate-banner").wait_for()
            page.set_viewport_size(_SIZE | {"height": 760})
            page.screenshot(path=out / "demo.png")
        browser.close()


def _open(browser: Any, url: str) -> Any:
    page = browser.new_context(viewport=_SIZE, color_scheme="light", locale="en").new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(url)
    return page


def _shop(browser: Any, url: str, out: Path, name: str) -> None:
    """Look at a tutorial's shop: the banner, the page after everything was accepted, the settings."""
    page = _open(browser, url)
    page.get_by_role("button", name="Accept all").wait_for()
    page.screenshot(path=out / f"{name}-banner.png")
    page.get_by_role("button", name="Accept all").click()
    page.get_by_role("button", name="Accept all").wait_for(state="detached")
    page.goto(url)  # sets them
    page.goto(url)  # shows them
    page.get_by_text("ad_source").wait_for()
    page.screenshot(path=out / f"{name}-accepted.png", clip=_SIZE | {"x": 0, "y": 0, "height": 180})
    page.get_by_role("link", name="Cookie settings").click()
    page.locator("details").last.locator("summary").click()
    page.get_by_text("Remembers which advertisement you followed.").wait_for()
    page.set_viewport_size(_SIZE | {"height": 760})
    page.screenshot(path=out / f"{name}-settings.png")


@contextmanager
def _demo() -> Iterator[str]:
    words = [sys.executable, "-m", "cookiegate", "demo"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        assert demo.stdout is not None
        line = next(line for line in demo.stdout if "Open it in a browser" in line)
        yield re.search(r"http://\S+", line)[0]  # type: ignore[index]  # the line has it
        demo.terminate()
        demo.stdout.read()


def _take_all(app: Sphinx) -> None:
    app.has_pictures = True  # type: ignore[attr-defined]
    try:
        take(Path(app.srcdir), Path(app.srcdir) / "pictures")
    except NoBrowser as error:
        if os.environ.get("COOKIEGATE_CI") == "1":
            raise ExtensionError(f"{error}, and in CI it must be there") from error
        app.has_pictures = False  # type: ignore[attr-defined]
        _LOGGER.info("%s: the site is built without pictures", error, color="yellow")


def _leave_out(app: Sphinx, _page: str, source: list[str]) -> None:
    if not app.has_pictures:  # type: ignore[attr-defined]
        source[0] = _PICTURE.sub("", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the pictures before any page is read."""
    app.connect("builder-inited", _take_all)
    app.connect("source-read", _leave_out)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
