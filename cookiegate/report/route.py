"""The route that answered: the framework's own template of the path, from its scope or environ.

Looked up when the response starts, when the framework has found its route. Mount prefixes are part of the template;
what is not a template itself in them (a tenant, a number) is folded. Where a framework does not publish its route, the
app may set it under the key `cookiegate.route` (docs/report.md has the lines for Quart, Falcon and Pyramid).
Law: it raises nothing, whatever other libraries put into the scope or the environ.
"""

import sys
from collections.abc import Mapping
from typing import Any

from cookiegate.report.names import path_template
from cookiegate.report.route_pattern import readable_route, readable_rule

__all__ = ["KEY", "asgi_route", "path_template", "wsgi_route"]

KEY = "cookiegate.route"
"""Where an app may put the template of its route, in the scope or the environ."""


def asgi_route(scope: Mapping[str, Any]) -> str | None:
    """Return the template of the route that answers, like `/users/{id}`; `None` where none is known. Raises nothing."""
    try:
        if isinstance(template := scope.get(KEY), str):
            return template
        if isinstance(template := scope.get("path_template"), str) and template:  # Litestar; empty for a mount
            return _joined(scope.get("root_path"), template, scope.get("path_params"))
        if (route := scope.get("route")) is not None:
            return _joined(_litestar_mount(scope), _starlette(route, scope))
        if (endpoint := scope.get("endpoint")) is not None:
            return _older_starlette(endpoint, scope)
        root = scope.get("root_path") or ""
        return _django(scope["path"].removeprefix(root), root)
    except Exception:  # noqa: BLE001  # objects of other libraries: their errors must not reach the visitor
        return None


def wsgi_route(environ: Mapping[str, Any]) -> str | None:
    """Return the template of the route that answers, like `/users/<int:id>`; `None` as for `asgi_route`."""
    try:
        if isinstance(template := environ.get(KEY), str):
            return template
        script = environ.get("SCRIPT_NAME")
        if (request := environ.get("werkzeug.request")) is not None:  # Flask; plain Werkzeug has no rule
            return _joined(script, _rule(getattr(request, "url_rule", None)))
        if (route := environ.get("bottle.route")) is not None:
            return _joined(script, _rule(route))
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        return _django(path, script)
    except Exception:  # noqa: BLE001  # as above
        return None


def _joined(prefix: object, template: object, parameters: object = None) -> str | None:
    """Put a mount's prefix before a template, if there is one."""
    return _prefix(prefix, parameters) + template if isinstance(template, str) else None


def _rule(route: object) -> str | None:
    """Return the rule of a route, without regular expressions."""
    rule = getattr(route, "rule", None)
    return readable_rule(rule) if isinstance(rule, str) else None


def _prefix(root: object, parameters: object) -> str:
    """Fold the path of a mount; segments that are path parameters are called by their names."""
    if not isinstance(root, str) or not root.strip("/"):
        return ""
    names = {str(value): f"{{{name}}}" for name, value in parameters.items()} if isinstance(parameters, Mapping) else {}
    return "/".join(names.get(segment) or path_template(segment) for segment in root.rstrip("/").split("/"))


def _starlette(route: Any, scope: Mapping[str, Any]) -> str | None:
    """Read the route of Starlette or FastAPI; a mount is no endpoint, the route below it is not known."""
    if hasattr(route, "routes"):
        return None
    found = scope.get("fastapi")
    included = found.get("effective_route_context") if isinstance(found, Mapping) else None
    if included is not None and getattr(included, "original_route", None) is route:  # with the prefix of its router
        route = included
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    root = scope.get("root_path")
    is_mounted = isinstance(root, str) and scope["path"].startswith(root)  # else it is what a proxy has cut off
    return _joined(root if is_mounted else None, template, scope.get("path_params"))


def _litestar_mount(scope: Mapping[str, Any]) -> str | None:
    """Return the path of Litestar's mount, which it takes off the path and puts nowhere."""
    paths = getattr(scope.get("route_handler"), "paths", ())
    return next(iter(paths)) if len(paths) == 1 else None


def _older_starlette(endpoint: object, scope: Mapping[str, Any]) -> str | None:
    """Find the one route that has this endpoint; older Starlette has no route in the scope."""
    routes = [route for route in scope["router"].routes if getattr(route, "endpoint", None) is endpoint]
    return _starlette(routes[0], scope) if len(routes) == 1 else None


def _django(path: str, root: object) -> str | None:
    """Resolve the path once more: Django's request is not to be found from the scope or the environ."""
    urls = sys.modules.get("django.urls")
    urlconf = None if urls is None else urls.get_urlconf()
    if urls is None or urlconf is None:  # no request of Django's in this thread or task
        return None
    return _joined(root, "/" + readable_route(urls.resolve(path, urlconf).route).lstrip("/"))
