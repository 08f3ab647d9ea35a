"""The API's pages: each public name of tests/public_api.txt has one, or the build fails.

Single backticks in a docstring are code; a public name among them becomes a link.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z_][\w.]*(?:\(\))?\Z")


def public_names(checkout: Path) -> set[str]:
    """Return the dotted names of tests/public_api.txt."""
    lines = (checkout / "tests" / "public_api.txt").read_text(encoding="utf-8").splitlines()
    return {re.match(r"[\w.]+", line)[0] for line in lines}  # type: ignore[index]  # each line begins with a name


def _known_name(
    _name: str, rawtext: str, text: str, _line: int, _inliner: Any, _options: Any = None, _content: Any = None
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Write the default role: code, and a link where it is a public name."""
    code = nodes.literal(rawtext, text)
    if _NAME.match(text) is None:
        return [code], []
    return [addnodes.pending_xref(rawtext, code, reftype="known_name", refdomain=None, reftarget=text)], []


def _link(app: Sphinx, env: BuildEnvironment, node: nodes.Element, content: nodes.Element) -> nodes.Node | None:
    if node.get("reftype") != "known_name":
        return None
    objects = env.domains.python_domain.objects
    name = node["reftarget"].removesuffix("()")
    for full in (name, f"cookiegate.{name}", f"cookiegate.consent.{name}", f"cookiegate.registry.{name}"):
        if full in objects:
            found = objects[full]
            uri = app.builder.get_relative_uri(node["refdoc"], found.docname)
            return nodes.reference("", "", content, internal=True, refuri=f"{uri}#{found.node_id}")
    return content


def _elsewhere(name: str, have: set[str]) -> bool:
    """Return whether a name is that of a class that is documented under another public name, or of its member."""
    module, _, rest = name.rpartition(".")
    while module and module not in sys.modules:
        module, _, part = module.rpartition(".")
        rest = f"{part}.{rest}"
    class_name, _, member = rest.partition(".")
    found = getattr(sys.modules.get(module), class_name, None)
    canonical = f"{getattr(found, '__module__', None)}.{getattr(found, '__qualname__', None)}"
    others = [f"{other}.{class_name}" for other in sys.modules if other.startswith("cookiegate")]
    is_known = canonical in have
    return is_known and (not member or any(f"{other}.{member}" in have for other in others))


def _complain(_app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    have = set(env.domains.python_domain.objects) | set(env.domains.python_domain.modules)
    for name in sorted(public_names(Path(env.srcdir).parent) - have):
        if _elsewhere(name, have):
            continue
        _LOGGER.warning("the public name %s has no page in the reference", name, type="public_names")
    return []


def _remember_page(app: Sphinx, document: nodes.document) -> None:
    for node in document.findall(addnodes.pending_xref):
        if node.get("reftype") == "known_name":
            node["refdoc"] = app.env.docname


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role and the check."""
    app.add_role("known_name", _known_name)
    app.connect("doctree-read", _remember_page)
    app.connect("missing-reference", _link, priority=100)
    app.connect("env-check-consistency", _complain)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
