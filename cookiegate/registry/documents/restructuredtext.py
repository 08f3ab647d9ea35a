"""Tables and lists of a reStructuredText page, from the HTML that Docutils makes. Needs docutils.

Law: directives that read other files or insert raw markup are disabled.
"""

from cookiegate.registry.documents.html import html_tables
from cookiegate.registry.documents.table import Table

__all__ = ["restructuredtext_tables"]

_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "initial_header_level": 1,
    "doctitle_xform": False,
    "raw_enabled": False,
    "report_level": 5,
    "smart_quotes": False,
    "syntax_highlight": "none",
}


def restructuredtext_tables(text: str) -> list[Table]:
    """Return the tables and lists of a page.

    Raises: `ModuleNotFoundError` if Docutils is not installed.
    """
    from docutils.core import publish_parts

    return html_tables(publish_parts(text, writer="html5", settings_overrides=_SETTINGS)["body"])
