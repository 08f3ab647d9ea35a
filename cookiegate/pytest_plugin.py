"""The pytest plugin's door: `pytest --cookiegate cookies.toml`, and the `cookiegate` fixture.

Law: every run of pytest loads this file, so it imports pytest alone, and does nothing until it is asked for.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cookiegate.testing.cookies import Cookies

__all__ = ["cookiegate", "pytest_addoption", "pytest_configure"]

_RECORDER = "cookiegate-recorder"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the same as settings of an ini file."""
    group = parser.getgroup("cookiegate", "cookies that the tested apps set")
    group.addoption(
        "--cookiegate",
        metavar="FILE",
        help="fail the run if an app sets a cookie that this cookies.toml does not register; an empty text "
        "switches off what the ini file says",
    )
    group.addoption(
        "--cookiegate-strict",
        action="store_true",
        default=None,
        help="fail it too for cookies that only cookiegate itself knows, and for attributes or lifetimes that are not "
        "as declared",
    )
    parser.addini("cookiegate", "the cookies.toml, from where the ini file lies (as --cookiegate)", default="")
    parser.addini("cookiegate_strict", "as --cookiegate-strict", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Start to record, if a file is named."""
    path = config.getoption("cookiegate")
    if path is None and (named := config.getini("cookiegate")):
        path = str((config.inipath or config.rootpath / "pytest.ini").parent / named)
    if path:
        from cookiegate.testing.recorder import make_recorder

        is_strict = config.getoption("cookiegate_strict") or config.getini("cookiegate_strict")
        config.pluginmanager.register(make_recorder(config, path, is_strict=is_strict), _RECORDER)


@pytest.fixture
def cookiegate(request: pytest.FixtureRequest) -> "Cookies":
    """Give the cookies that the test's apps set so far: `.lines`, `.assert_registered(...)`, `.decide(response)`."""
    recorder = request.config.pluginmanager.get_plugin(_RECORDER)
    if recorder is None:
        pytest.fail(
            "the cookiegate fixture needs a registry; run pytest --cookiegate cookies.toml, "
            "or write cookiegate = cookies.toml into the ini file",
            pytrace=False,
        )
    cookies: Cookies = recorder.cookies
    return cookies
