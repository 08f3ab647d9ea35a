"""Write llms.txt, a list of all pages with a line about each, and llms-full.txt, their text in one file.

Source: https://llmstxt.org
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_PARTS = {
    "tutorials/index": "Tutorials",
    "how-to/index": "How-to guides",
    "reference/index": "Reference",
    "explanation/index": "Explanation",
}


def pages_below(env: BuildEnvironment, page: str) -> Iterator[str]:
    """Return a page and those that its tables of contents list, in their order."""
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from pages_below(env, child)


def about(env: BuildEnvironment, page: str) -> str:
    """Return the first sentence of a page's first paragraph."""
    document = env.get_doctree(page)
    paragraph = next((found for found in document.findall(nodes.paragraph) if found.parent.tagname == "section"), None)
    text = " ".join(paragraph.astext().split()) if paragraph is not None else ""
    return re.match(r".*?[.!?](?=\s|$)|.*", text)[0].rstrip(":")  # type: ignore[index]  # it matches any text


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    env = app.env
    lines = ["# cookiegate", "", f"> {about(env, 'index')}", ""]
    full = []
    for part, title in _PARTS.items():
        lines += [f"## {title}", ""]
        for page in pages_below(env, part):
            url = f"{app.config.html_baseurl}{page}.html"
            lines.append(f"- [{env.titles[page].astext()}]({url}): {about(env, page)}")
            full.append(f"<!-- {url} -->\n\n{app.sources_of_pages[page].strip()}\n")  # type: ignore[attr-defined]
        lines.append("")
    out = Path(app.outdir)
    (out / "llms.txt").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    (out / "llms-full.txt").write_text("\n".join(full), encoding="utf-8")


def _keep_source(app: Sphinx, page: str, source: list[str]) -> None:
    app.sources_of_pages[page] = source[0]  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the files when the build has finished."""
    app.sources_of_pages = {}  # type: ignore[attr-defined]
    app.connect("source-read", _keep_source, priority=900)  # after what is generated
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
