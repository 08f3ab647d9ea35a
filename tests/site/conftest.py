"""The documentation site: the checkout's docs/, and the built pages, served on this machine."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
EXTENSIONS = DOCS / "_extensions"

if EXTENSIONS.is_dir() and str(EXTENSIONS) not in sys.path:
    sys.path.append(str(EXTENSIONS))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], Any]) -> Path:
    """The built site: that of COOKIEGATE_SITE, which .ci/run builds from a clean clone, else a new build."""
    if "COOKIEGATE_SITE" in os.environ:
        return Path(os.environ["COOKIEGATE_SITE"])
    if not (DOCS / "conf.py").is_file():
        pytest.skip("docs/ is not in the wheel")
    if find_spec("sphinx") is None or find_spec("myst_parser") is None or find_spec("furo") is None:
        missing("the documentation's tools: pip install '.[docs]'; or COOKIEGATE_SITE, the directory of a built site")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", str(DOCS), str(out)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def own_clock() -> None:
    """Keep a test from running under another clock: pip would find that no certificate is valid."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """The URL of the served site, without a slash at its end."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
