"""What these tests share: the site and its third parties, a tab of either browser, and Node for what needs no page."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cookiegate import CookieGate, CookieRule, Registry

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "cookiegate" / "scripts" / "source"
_numbers = count(1)


def load(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that have a `tab` in Chromium, and one for each feature in Firefox too: those with the mark."""
    if "tab" in metafunc.fixturenames:
        definition = metafunc.definition
        is_both = definition.get_closest_marker("firefox") is not None or metafunc.config.getoption("--stress")
        metafunc.parametrize("tab", ["Chromium", "Firefox"] if is_both else ["Chromium"], indirect=True)


@pytest.fixture(scope="session")
def parts() -> ModuleType:
    """The site's module."""
    return load("cookiegate_scripts_site", HERE / "site.py")


@pytest.fixture(scope="session")
def registry() -> Registry:
    """What the site of these tests declares."""

    def rule(name: str, category: str, **more: Any) -> CookieRule:
        return CookieRule(name=name, category=category, purpose="A test.", **more)

    return Registry(
        [
            rule("cart", "necessary", lifetime="session"),
            rule("keep", "necessary", lifetime="7 days"),
            rule("login", "necessary", lifetime="7 days", http_only=True),
            rule("theme", "preferences", lifetime="30 days"),
            rule("_ga*", "statistics", lifetime="1 day"),
            rule("_fbp", "marketing", lifetime="90 days"),
            rule("chat_*", "preferences", lifetime="1 hour"),
            rule("watched", "statistics", lifetime="1 day", mode="report-only"),
            rule("draft", "necessary", storage="local"),
            rule("ga_*", "statistics", storage="local"),
            rule("ga_*", "statistics", storage="session"),
        ]
    )


@pytest.fixture
def make_gate(registry: Registry) -> Callable[..., CookieGate]:
    """Make a gate of the site."""
    return lambda **settings: CookieGate(**{"registry": registry, "settings_url": "/cookie-settings", **settings})


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A certificate and its key, from an authority that no browser knows; these take any certificate."""
    import trustme

    made = trustme.CA().issue_cert("localhost", "*.localhost")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for part in made.cert_chain_pems:
        part.write_to_path(certificate, append=True)
    made.private_key_pem.write_to_path(key)
    return str(certificate), str(key)


@pytest.fixture
def is_https() -> bool:
    """Whether the site and the third party are served over https; a test says it as a parameter."""
    return False


@pytest.fixture
def third(
    parts: ModuleType, is_https: bool, request: pytest.FixtureRequest
) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """The third party: origin, contents by path, and what was asked for."""
    with parts.third_party(request.getfixturevalue("certificate") if is_https else None) as found:
        yield found


@pytest.fixture
def make_site(
    parts: ModuleType, third: Any, make_gate: Callable[..., CookieGate], is_https: bool, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Serve the site; each time under a host name of its own, so that no storage is shared."""
    certificate = request.getfixturevalue("certificate") if is_https else None
    with ExitStack() as stack:

        def make(*, is_static: bool = False, **settings: Any) -> Any:
            site = parts.Site(third[0])
            gate = make_gate(**settings)
            app = (parts.static if is_static else parts.gated)(site, gate)
            site.gate = gate
            site.port = stack.enter_context(parts.serving(app, certificate))
            site.origin = f"http{'s' if is_https else ''}://www.t{next(_numbers)}.localhost:{site.port}"
            return site

        yield make


@pytest.fixture(scope="module")
def firefox(firefox_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Firefox, started for each module that asks."""
    module = load("cookiegate_scripts_firefox", HERE.parent / "browser" / "firefox.py")
    directory = tmp_path_factory.mktemp("firefox")
    with module.running(firefox_path, directory, dict, takes_any_certificate=True) as running:
        yield running


@pytest.fixture
def chromium_tab(parts: ModuleType, chromium: Any) -> Iterator[Any]:
    tab = parts.ChromiumTab(chromium, ignore_https_errors=True)
    yield tab
    tab.close()
    assert tab.errors == []


@pytest.fixture
def firefox_tab(parts: ModuleType, firefox: Any) -> Iterator[Any]:
    tab = parts.FirefoxTab(firefox)
    yield tab
    tab.close()


@pytest.fixture
def tab(request: pytest.FixtureRequest) -> Any:
    """A tab of the browser that the test's parameter names."""
    return request.getfixturevalue("chromium_tab" if request.param == "Chromium" else "firefox_tab")


@pytest.fixture
def node(missing: Callable[[str], Any]) -> Callable[[str, object], Any]:
    """Run the body of a function in Node, with `given`; the modules of the source can be imported by `at`."""
    path = shutil.which("node")
    if path is None:
        missing("node")

    def run(body: str, given: object) -> Any:
        at = json.dumps(SOURCE.as_uri() + "/")
        script = (
            f"const at = {at};\nlet text = '';\nfor await (const part of process.stdin) text += part;\n"
            f"const given = JSON.parse(text);\nconst answer = await (async () => {{ {body} }})();\n"
            "process.stdout.write(JSON.stringify(answer));"
        )
        done = subprocess.run(
            [path, "--input-type=module", "-e", script], input=json.dumps(given), capture_output=True, text=True,
            encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
