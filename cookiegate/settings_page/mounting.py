"""Where an app is mounted: the part of the path that its server or its framework took off before it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cookiegate.handle import places_of

__all__ = ["below", "mounted_at", "root_of_environ", "root_of_scope"]


def mounted_at(request: object) -> str:
    """Return the path of the app's root for a framework's request, percent-encoded, without a slash at its end."""
    for place in places_of(request):
        if "SCRIPT_NAME" in place:
            return root_of_environ(place)
        if "root_path" in place or "app_root_path" in place:
            return root_of_scope({"root_path": place.get("app_root_path", place.get("root_path"))})
    return ""


def root_of_scope(scope: Mapping[str, Any]) -> str:
    """Return an ASGI scope's `root_path` as browsers see it."""
    return _own(quote(str(scope.get("root_path") or ""), safe="/~"))


def root_of_environ(environ: Mapping[str, Any]) -> str:
    """Return a WSGI environ's `SCRIPT_NAME` as browsers see it; PEP 3333 carries octets as Latin-1."""
    return _own(quote(str(environ.get("SCRIPT_NAME") or "").encode("latin-1", "replace"), safe="/~"))


def below(path: str, place: str) -> str | None:
    """Return what a path has after a place: empty, or beginning with a slash; `None` for a path that is elsewhere."""
    if not path.startswith(place):
        return None
    rest = path[len(place) :]
    return rest if not rest or rest.startswith("/") else None


def _own(root: str) -> str:
    """Keep a root on this site: browsers read `//` as the beginning of a host, and a proxy can send any root."""
    inner = root.strip("/")
    return f"/{inner}" if inner else ""
