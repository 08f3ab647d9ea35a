"""The layers of an app from the outside in: middleware, the framework's own layers, the gate.

Law: looks at attributes only, calls nothing of the app's; raises nothing, whatever the objects are.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MethodType
from typing import Any

__all__ = ["Layer", "Stack", "framework_name", "stack_of"]

_DEEPEST = 64
_INNER = ("app", "wsgi_app", "asgi_app", "application", "_app", "wrapped", "_wrapped")
"""Attributes in which middleware keeps the app that it wraps."""
_FRAMEWORKS = {
    ("fastapi", "FastAPI"): "FastAPI",
    ("starlette", "Starlette"): "Starlette",
    ("litestar", "Litestar"): "Litestar",
    ("flask", "Flask"): "Flask",
    ("quart", "Quart"): "Quart",
    ("django", "BaseHandler"): "Django",
    ("falcon", "App"): "Falcon",
    ("bottle", "Bottle"): "Bottle",
    ("pyramid", "Router"): "Pyramid",
}
_ENTRANCES = {"Flask": "wsgi_app", "Quart": "asgi_app"}
"""The attribute that is usually wrapped."""
_ADAPTERS = frozenset({"cookiegate.asgi", "cookiegate.wsgi"})
_OWN = "cookiegate.settings_page"


@dataclass(frozen=True, slots=True)
class Layer:
    """One middleware."""

    name: str
    """The name of its class or function."""
    options: Mapping[str, Any]
    """Its arguments by name, with defaults."""
    is_gate: bool = False
    target: object = None
    """The object, if it exists already."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The layers of an app."""

    layers: tuple[Layer, ...]
    """From the outside in, including those of the framework's own list."""
    framework: Any = None
    """The outermost framework app, or `None`."""
    lists_from: int = 0
    """The number of layers outside the framework app."""

    @property
    def gates(self) -> list[int]:
        """The positions of the gates."""
        return [place for place, layer in enumerate(self.layers) if layer.is_gate]


def framework_name(app: object) -> str | None:
    """Return the name of the framework whose app this is."""
    for kind in type(app).__mro__:
        found = _FRAMEWORKS.get((kind.__module__.partition(".")[0], kind.__name__))
        if found is not None:
            return found
    return None


def stack_of(app: object) -> Stack:
    """Return the layers of an app, from the outside in."""
    found: list[Layer] = []
    framework, outside = None, 0
    seen: set[int] = set()
    node: Any = app
    while node is not None and id(node) not in seen and len(seen) < _DEEPEST:
        seen.add(id(node))
        if isinstance(node, MethodType):  # Flask.wsgi_app, the innermost of what people wrap
            is_end = framework_name(node.__self__) is not None
            framework = framework or (node.__self__ if is_end else None)
            node = None if is_end else node.__self__
            continue
        name = framework_name(node)
        if name is None:
            found += _layer_of(node)
            node = _inner(node)
            continue
        if framework is None:
            framework, outside = node, len(found)
        found += _listed(name, node)
        node = _attribute(node, _ENTRANCES[name]) if name in _ENTRANCES else None
    return Stack(tuple(found), framework, outside)


def _attribute(node: object, name: str) -> Any:
    try:
        return getattr(node, name, None)
    except Exception:  # noqa: BLE001  # foreign objects: a property may raise anything
        return None


def _inner(node: object) -> Any:
    values = _attributes_of(node)
    return next((values[name] for name in _INNER if callable(values.get(name))), None)


def _attributes_of(node: object) -> dict[str, Any]:
    values = dict(_attribute(node, "__dict__") or {}) if not inspect.isclass(node) else {}
    for kind in type(node).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            values.setdefault(slot, _attribute(node, slot))
    return values


def _layer_of(node: object) -> Iterator[Layer]:
    """Return the layer that an object is; the innermost one, which wraps nothing, is an app and no layer."""
    kind = type(node)
    if kind.__module__.startswith(_OWN):
        return
    is_gate = any(one.__module__ in _ADAPTERS for one in kind.__mro__)
    if is_gate or _inner(node) is not None:
        yield Layer(kind.__name__, _attributes_of(node), is_gate, node)


def _listed(name: str, app: object) -> Iterator[Layer]:
    """Return the middleware that a framework's app lists, outermost first."""
    listed = _attribute(app, "middleware" if name == "Litestar" else "user_middleware")
    for entry in listed if isinstance(listed, Iterable) else ():
        kind = _attribute(entry, "cls") or _attribute(entry, "middleware") or entry
        options = _bound(kind, _attribute(entry, "args") or (), _attribute(entry, "kwargs") or {})
        is_gate = any(one.__module__ in _ADAPTERS for one in getattr(kind, "__mro__", ()))
        yield Layer(getattr(kind, "__name__", type(kind).__name__), options, is_gate)


def _bound(kind: Any, arguments: Iterable[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by name, with the defaults of the others."""
    try:
        call = inspect.signature(kind).bind_partial(None, *arguments, **named)
        call.apply_defaults()
    except Exception:  # noqa: BLE001  # foreign code: it has no signature, or the call is wrong and fails on its own
        return dict(named)
    more = next(
        (key for key, one in call.signature.parameters.items() if one.kind is inspect.Parameter.VAR_KEYWORD), ""
    )
    return {**call.arguments, **call.arguments.get(more, {})}
