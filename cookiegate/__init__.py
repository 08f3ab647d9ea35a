"""cookiegate: every Set-Cookie line that leaves obeys the cookie policy and the visitor's consent.

The front door: `CookieGate` and `Registry` to configure it, `current` to find it from a request. The middleware is in
`cookiegate.asgi` and `cookiegate.wsgi`, consent sources are in `cookiegate.consent`. A name is imported when it is
first used: every run of pytest opens this door, whether or not it goes through.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cookiegate.current import current  # at once: a module has the function's name, and would stand in its place

if TYPE_CHECKING:
    from cookiegate.errors import ConfigError, ConsentNotWritable, CookiegateError, NotGated, ResponseStarted
    from cookiegate.gate import CookieGate
    from cookiegate.handle import Handle
    from cookiegate.lifetime import parse_lifetime
    from cookiegate.model import (
        Action,
        Category,
        Consent,
        CookieRule,
        Decision,
        Lifetime,
        Reason,
        RequestHead,
        SameSite,
        SetCookie,
    )
    from cookiegate.registry import Registry

__version__ = "0.1.0"

__all__ = [
    "Action",
    "Category",
    "ConfigError",
    "Consent",
    "ConsentNotWritable",
    "CookieGate",
    "CookieRule",
    "CookiegateError",
    "Decision",
    "Handle",
    "Lifetime",
    "NotGated",
    "Reason",
    "Registry",
    "RequestHead",
    "ResponseStarted",
    "SameSite",
    "SetCookie",
    "current",
    "parse_lifetime",
]

_HOMES = {
    **dict.fromkeys(("ConfigError", "ConsentNotWritable", "CookiegateError", "NotGated", "ResponseStarted"), "errors"),
    "CookieGate": "gate",
    "Handle": "handle",
    "Registry": "registry",
    "parse_lifetime": "lifetime",
}


if TYPE_CHECKING:
    pass  # a type checker must see the names above and no others
else:

    def __getattr__(name: str) -> object:
        """Import a public name from its module, once. Source: PEP 562."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'model')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
