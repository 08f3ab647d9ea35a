"""From a framework's request to the gate's handle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cookiegate.errors import NotGated

if TYPE_CHECKING:
    from cookiegate.handle import Handle

__all__ = ["current"]

_PLACES = ("scope", "environ", "META", "env")  # Starlette, Litestar, Quart; Flask, Bottle, Pyramid; Django; Falcon


def current(request: object) -> "Handle":
    """Return the gate's handle for a request of Starlette, FastAPI, Flask, Django or another framework.

    Takes a scope or an environ too.

    Raises: `NotGated` if the app is not wrapped by a gate, or this is no request.
    """
    from cookiegate.handle import Handle  # the front door imports this file, and stays light

    places = [request] if isinstance(request, Mapping) else [getattr(request, place, None) for place in _PLACES]
    for place in places:
        if isinstance(place, Mapping) and isinstance(handle := place.get("cookiegate"), Handle):
            return handle
    raise NotGated(
        f"no cookiegate handle in this {type(request).__name__}; wrap the app in CookieGateMiddleware, outermost"
    )
