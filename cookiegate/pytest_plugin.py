"""The pytest plugin: `pytest --cookiegate cookies.toml`, and the `cookiegate` fixture.

The work is in `cookiegate.testing`.

Law: every pytest run loads this file, so it imports only pytest, and does nothing without a registry.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cookiegate.testing.cookies import Cookies

__all__ = ["cookiegate", "pytest_addoption", "pytest_configure"]

_RECORDER = "cookiegate-recorder"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and ini settings of the same names."""
    group = parser.getgroup("cookiegate", "cookies that the tested apps set")
    group.addoption(
        "--cookiegate",
        metavar="FILE",
        help="fail the run if an app sets a cookie that this cookies.toml does not register; an empty FILE "
        "overrides the ini file and switches the check off",
    )
    group.addoption(
        "--cookiegate-strict",
        action="store_true",
        default=None,
        help="fail also for cookies that only cookiegate's own registry has, and for attributes or lifetimes that "
        "differ from the declared ones",
    )
    parser.addini("cookiegate", "the cookies.toml, relative to the ini file (see --cookiegate)", default="")
    parser.addini("cookiegate_strict", "see --cookiegate-strict", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Start the recorder, if a file is given."""
    path = config.getoption("cookiegate")
    if path is None and (named := config.getini("cookiegate")):
        path = str((config.inipath or config.rootpath / "pytest.ini").parent / named)
    if path:
        from cookiegate.testing.recorder import make_recorder

        is_strict = config.getoption("cookiegate_strict") or config.getini("cookiegate_strict")
        config.pluginmanager.register(make_recorder(config, path, is_strict=is_strict), _RECORDER)


@pytest.fixture
def cookiegate(request: pytest.FixtureRequest) -> "Cookies":
    """Return the cookies that the apps set so far in this test: `.lines`, `.assert_registered()`, `.decide()`."""
    recorder = request.config.pluginmanager.get_plugin(_RECORDER)
    if recorder is None:
        pytest.fail(
            "the cookiegate fixture needs a registry; run pytest --cookiegate cookies.toml, "
            "or write cookiegate = cookies.toml into the ini file",
            pytrace=False,
        )
    cookies: Cookies = recorder.cookies
    return cookies
