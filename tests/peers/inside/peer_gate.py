"""In a peer's environment: where the gate goes, and which gate. Nothing of this is imported without the gate.

A place is `module:Class.method`, as `asgi` or `wsgi`:

- alone: the method is the app, `__call__` mostly;
- with `argument`: the callable takes an app as this argument, which is wrapped;
- with `attribute`: after the method, the app is in this attribute of the instance, and is wrapped there;
- with `result`: what the callable returns is an app, which is wrapped. `inside of the gate` is where
  `wsgiref.validate` and WebTest's lint check what the gate passes in.

`django = "MIDDLEWARE"` puts the gate's Django middleware around every handler's chain, the test client's too.
"""

import functools
import importlib
import inspect
import logging
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

from cookiegate import CookieGate, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiMiddleware
from cookiegate.model import Consent
from cookiegate.wsgi import CookieGateMiddleware as WsgiMiddleware

__all__ = ["install"]

EVERYTHING = Consent(granted={"preferences", "statistics", "marketing"})


def transparent(**more: Any) -> CookieGate:
    """Return the gate that changes least: everything is granted and kept."""
    return CookieGate(
        registry=Registry(),
        consent=lambda head: EVERYTHING,
        unregistered="keep",
        secure="keep",
        max_lifetime=None,
        shared_caches="keep",
        line_breaks="report",
        global_privacy_control=False,
        **more,
    )


def watched() -> CookieGate:
    """Return the transparent gate with an observer and recorders, which look at all that they are given."""
    from cookiegate.report import Inventory

    return transparent(observer=repr, recorders=[Inventory(tempfile.mkdtemp()), repr])


def explained() -> CookieGate:
    """Return the default gate, which also says in the report of a test what it decided: to find a failure's reason."""

    def note(decision: Any) -> None:
        DECISIONS.append(f"{decision.action} {decision.reason}: {decision.before!r} -> {decision.after!r}")

    return CookieGate(observer=note)


GATES: dict[str, Callable[[], CookieGate]] = {
    "transparent": transparent,
    "default": CookieGate,
    "watched": watched,
    "explained": explained,
}
DECISIONS: list[str] = []
"""What the gate decided since the last test ended."""


def install(mode: str, places: list[dict[str, str]]) -> None:
    """Put the gate of this mode into its places."""
    logger = logging.getLogger("cookiegate")  # other projects' tests count log records
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    gate = GATES[mode]()
    for place in places:
        if "django" in place:
            _put_around_django(gate)
            continue
        kind = "asgi" if "asgi" in place else "wsgi"
        wrap = functools.partial(AsgiMiddleware if kind == "asgi" else WsgiMiddleware, gate=gate)
        owner, name, original = _find(place[kind])
        if "argument" in place:
            replacement = _with_argument(original, place["argument"], wrap)
        elif "attribute" in place:
            replacement = _with_attribute(original, place["attribute"], wrap)
        elif "result" in place:
            replacement = _with_result(original, wrap)
        elif kind == "asgi":
            replacement = _asgi_method(original, wrap)
        else:
            replacement = _wsgi_method(original, wrap)
        setattr(owner, name, replacement)


def _find(place: str) -> tuple[Any, str, Any]:
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is imported here, the project's tests import with filters of their own
        imported = importlib.import_module(module)
    owner = functools.reduce(getattr, owners, imported)
    return owner, name, getattr(owner, name)


def _asgi_method(original: Callable[..., Any], wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def gated(self: Any, scope: Any, receive: Any, send: Any) -> Any:
        return await wrap(functools.partial(original, self))(scope, receive, send)

    return gated


def _wsgi_method(original: Callable[..., Any], wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def gated(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != 2 or not isinstance(args[0], dict) or not callable(args[1]):
            return original(self, *args, **kwargs)  # WebOb's decorator is an app, but can be called with a request too
        return wrap(functools.partial(original, self))(*args)

    return gated


def _with_argument(original: Callable[..., Any], argument: str, wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def gated(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        if callable(app := bound.arguments.get(argument)):
            bound.arguments[argument] = wrap(app)
        return original(*bound.args, **bound.kwargs)

    return gated


def _with_attribute(original: Callable[..., Any], attribute: str, wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def gated(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        if callable(app := getattr(self, attribute)):
            setattr(self, attribute, wrap(app))
        return result

    return gated


def _with_result(original: Callable[..., Any], wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return wrap(original(*args, **kwargs))

    return gated


def _put_around_django(gate: CookieGate) -> None:
    from django.conf import global_settings
    from django.core.handlers.base import BaseHandler

    global_settings.COOKIEGATE = gate  # type: ignore[attr-defined]  # the default of a setting that Django lacks
    original = BaseHandler.load_middleware

    @functools.wraps(original)
    def load_middleware(self: Any, *args: Any, **kwargs: Any) -> None:
        from cookiegate.django.middleware import CookieGateMiddleware  # reads the settings, which are there by now

        original(self, *args, **kwargs)
        self._middleware_chain = CookieGateMiddleware(self._middleware_chain)

    BaseHandler.load_middleware = load_middleware
