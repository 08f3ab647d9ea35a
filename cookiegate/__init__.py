"""cookiegate: every Set-Cookie line that leaves obeys the cookie policy and the visitor's consent.

Holds the public names: `CookieGate` and `Registry` configure the gate, `current` finds its handle from a request. The
middleware is in `cookiegate.asgi` and `cookiegate.wsgi`, consent sources are in `cookiegate.consent`. Each name is
imported on first use, because the pytest plugin makes every pytest run import this module.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cookiegate.decision import Decision
    from cookiegate.errors import ConfigError, ConsentNotWritable, CookiegateError, NotGated, ResponseStarted
    from cookiegate.gate import CookieGate
    from cookiegate.handle import Handle, current
    from cookiegate.lifetime import parse_lifetime
    from cookiegate.model import (
        Action,
        Category,
        Consent,
        CookieRule,
        Lifetime,
        Reason,
        RemovedSource,
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
    "RemovedSource",
    "RequestHead",
    "ResponseStarted",
    "SameSite",
    "SetCookie",
    "current",
    "parse_lifetime",
]

_MODULES = {
    **dict.fromkeys(("ConfigError", "ConsentNotWritable", "CookiegateError", "NotGated", "ResponseStarted"), "errors"),
    "CookieGate": "gate",
    "Decision": "decision",
    "Handle": "handle",
    "current": "handle",
    "Registry": "registry",
    "parse_lifetime": "lifetime",
}


if TYPE_CHECKING:
    pass  # type checkers see only the names imported above
else:

    def __getattr__(name: str) -> object:
        """Import a public name on first use. Source: PEP 562."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'model')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
