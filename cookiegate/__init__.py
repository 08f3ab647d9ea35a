"""cookiegate: every Set-Cookie line that leaves obeys the cookie policy and the visitor's consent.

The front door: `CookieGate` and `Registry` to configure it, `current` to find it from a request. The middleware is in
`cookiegate.asgi` and `cookiegate.wsgi`, consent sources are in `cookiegate.consent`.
"""

from cookiegate.current import current
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
