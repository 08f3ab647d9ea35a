"""The documentation site: `make docs` builds it into build/site.

Sphinx, because it makes the API's pages from the docstrings and fails for one broken reference; MyST, because the pages
stay the Markdown that code hosts show and the tests run; Furo, because it has a dark mode, fits a phone, and searches
without a server.
"""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS / "_extensions"), str(DOCS.parent)]

import cookiegate  # noqa: E402  # from this checkout
from cookiegate.documentation import BASE_URL  # noqa: E402

_URLS = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})

project = "cookiegate"
author = "the authors of cookiegate"
version = release = cookiegate.__version__
language = "en"
smartquotes = False  # they make one dash of the two before an option

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "accessible_tables",
    "generated",
    "llms_txt",
    "pictures",
    "public_names",
    "repository_links",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_extensions", "_templates", "pictures"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # annotations name types of the standard library and private ones
repository_url = _URLS.get("Repository") or _URLS.get("Source") or "https://github.com/cookiegate/cookiegate"

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # of header fields that are no whole HTTP message

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
default_role = "known_name"

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_remove_prompts = True

html_theme = "furo"
html_title = f"cookiegate {release}"
html_baseurl = BASE_URL
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_domain_indices = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
