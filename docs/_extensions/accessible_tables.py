"""Tables whose first heading is empty: a cell without words is no heading, also for screen readers."""

from typing import Any

from sphinx.application import Sphinx

_EMPTY = '<th class="head"><p></p></th>'


def _correct(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _document: object) -> None:
    if "body" in context:
        context["body"] = context["body"].replace(_EMPTY, "<td></td>")


def setup(app: Sphinx) -> dict[str, Any]:
    """Correct each page before it is written."""
    app.connect("html-page-context", _correct)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
