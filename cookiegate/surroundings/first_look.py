"""The checks that an adapter makes once, when it starts or at its first request; it logs their results once.

Law: nothing is raised, nothing is changed; each text is logged once for a gate.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import ENVIRON_KEY, SCOPE_KEY, Handle
from cookiegate.surroundings.checks import check_cookies, check_outside, check_returns, two_gates
from cookiegate.surroundings.cookies import LibraryCookie, cookies_of, django_cookies
from cookiegate.surroundings.finding import Finding
from cookiegate.surroundings.libraries import returning_libraries
from cookiegate.surroundings.stack import Layer, Stack, framework_name, stack_of

__all__ = ["OUTERMOST", "all_cookies_of", "is_development", "look", "outside_of"]

OUTERMOST = {
    "Starlette": "add the gate last: app.add_middleware(CookieGateMiddleware, gate=gate)",
    "FastAPI": "add the gate last: app.add_middleware(CookieGateMiddleware, gate=gate)",
    "Litestar": "wrap the app itself: app = CookieGateMiddleware(Litestar(...), gate=gate)",
    "Flask": "wrap last: app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)",
    "Quart": "wrap last: app.asgi_app = CookieGateMiddleware(app.asgi_app, gate=gate)",
}
_WRAP_LAST = "wrap the app in the gate last, so that it is outermost"


def look(gate: CookieGate, middleware: object, place: Mapping[str, Any]) -> None:
    """Check the surroundings of a gate, and log what is wrong. `place`: the scope or environ of its first request."""
    notify = compiled(gate).rules.notify
    findings: list[Finding] = []
    notify.shield(_LOOK_FAILED, None, _look, gate, middleware, place, findings)
    for finding in findings:
        notify.warn_once(str(finding))


def is_development(framework: Any = None) -> bool:
    """Return whether the app runs in development: its framework's debug mode, or under a server that reloads."""
    if framework_name(framework) == "Django":
        settings = sys.modules["django.conf"].settings
        return settings.configured and settings.DEBUG is True
    is_reloading = "--reload" in sys.argv or "WERKZEUG_RUN_MAIN" in os.environ
    return is_reloading or getattr(framework, "debug", None) is True


def outside_of(stack: Stack) -> tuple[Layer, ...]:
    """Return the layers outside the outermost gate; empty if there is no gate."""
    gates = stack.gates
    if not gates:
        return ()
    csrf = getattr(stack.framework, "csrf_config", None) if framework_name(stack.framework) == "Litestar" else None
    is_listed = gates[0] >= stack.lists_from
    return (*stack.layers[: gates[0]], *([Layer("CSRFMiddleware", {})] if csrf is not None and is_listed else []))


def all_cookies_of(stack: Stack) -> list[LibraryCookie]:
    """Return the cookies of an app's libraries, whatever its framework."""
    if framework_name(stack.framework) == "Django":
        return [*cookies_of(stack), *django_cookies(sys.modules["django.conf"].settings)]
    return cookies_of(stack)


def _look(gate: CookieGate, middleware: object, place: Mapping[str, Any], findings: list[Finding]) -> None:
    stack = _stack_at(middleware, place)
    if is_development(stack.framework):
        compiled(gate).rules.notify.is_development = True
    findings += check_outside(outside_of(stack), OUTERMOST.get(framework_name(stack.framework) or "", _WRAP_LAST))
    if isinstance(place.get(SCOPE_KEY) or place.get(ENVIRON_KEY), Handle):
        findings.append(two_gates())
    cookies = all_cookies_of(stack)
    findings += check_cookies(gate, cookies)
    findings += check_returns(gate, returning_libraries(), cookies)


def _stack_at(middleware: object, place: Mapping[str, Any]) -> Stack:
    """Return the layers of the app that a gate is in, else of the app that it wraps."""
    app = place.get("app") if "type" in place else None
    if framework_name(app) is not None:  # Starlette's and Litestar's middleware finds its app there
        return stack_of(app)
    around = stack_of(middleware)
    if framework_name(around.framework) in ("Flask", "Quart"):
        whole = stack_of(around.framework)
        if any(layer.target is middleware for layer in whole.layers):
            return whole
    return around


_LOOK_FAILED = "the look at what is around the gate failed; requests are served all the same"
