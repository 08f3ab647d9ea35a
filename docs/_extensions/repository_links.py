"""Links to files of the repository outside of docs/: they must exist, and become URLs of the repository."""

import posixpath
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)
_PAGES = {"benchmarks/README.md": "explanation/speed"}
"""Files outside of docs/ that a page of the site includes."""


class RepositoryLinks(SphinxTransform):
    """Turn MyST's links that leave docs/ into links to the repository."""

    default_priority = 5  # before anything is downloaded or resolved

    def apply(self, **_: Any) -> None:
        """Look at each link of the document."""
        for kind in (addnodes.download_reference, addnodes.pending_xref):
            for node in list(self.document.findall(kind)):
                if node.get("reftype") == "myst":
                    self._look_at(node)

    def _look_at(self, node: nodes.Element) -> None:
        docs = Path(self.env.srcdir)
        target, _, fragment = node["reftarget"].partition("#")
        if not target:
            return
        if node.get("refdomain") == "doc":  # a name of a document, from the root of docs/
            path, fragment = f"{target}.md", node.get("reftargetid") or ""
            inside = not posixpath.isabs(target) and not target.startswith("..")
            path = posixpath.normpath(f"docs/{path}") if inside else posixpath.relpath(path, docs.parent)
        else:
            directory = posixpath.dirname(self.env.docname)
            path = posixpath.normpath(posixpath.join("docs", directory, target))
        if path.startswith("docs/"):
            return
        if path in _PAGES:
            node.replace_self(self._to_page(node, _PAGES[path], fragment))
            return
        found = docs.parent / path
        if path.startswith("..") or not found.exists():
            _LOGGER.warning("no such file in the repository: %s", path, location=node, type="repository")
            return
        kind = "tree" if found.is_dir() else "blob"
        url = f"{self.config.repository_url}/{kind}/main/{path}" + (f"#{fragment}" if fragment else "")
        node.replace_self(nodes.reference("", "", *node.children, refuri=url, internal=False))

    def _to_page(self, node: nodes.Element, page: str, fragment: str) -> nodes.Element:
        return addnodes.pending_xref(
            "", *node.children, refdomain="doc", reftype="myst", reftarget=page, reftargetid=fragment or None,
            refdoc=self.env.docname, refexplicit=True,
        )  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_config_value("repository_url", "", "env")
    app.add_transform(RepositoryLinks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
