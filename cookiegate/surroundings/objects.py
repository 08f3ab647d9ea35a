"""Finds the objects of certain packages, for libraries that don't publish their settings.

Law: whatever the objects are, nothing raises. The search visits each object of the process, so that it is made once.
"""

import gc
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import Any

__all__ = ["objects_of"]


def objects_of(packages: Collection[str]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield package, class name and attributes of each object, and of each class, of the packages that are loaded."""
    loaded = {package for package in packages if package in sys.modules}
    for each in gc.get_objects() if loaded else ():
        kind = each if type(each) is type else type(each)
        module = kind.__dict__.get("__module__")
        package = module.partition(".")[0] if isinstance(module, str) else ""
        if package in loaded:
            attributes = each.__dict__ if each is kind else _attributes(each)
            yield package, kind.__name__, attributes


def _attributes(each: object) -> Mapping[str, Any]:
    try:
        found = vars(each)
    except Exception:  # noqa: BLE001  # foreign objects: some have none, and a property may raise anything
        return {}
    return found if isinstance(found, Mapping) else {}
