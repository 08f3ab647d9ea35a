"""The HTML report as a PDF, printed by the same browser.

Law: the page that is printed runs no script and reaches no network.
"""

from cookiegate.audit.browser.launching import find_browser, running

__all__ = ["write_pdf"]

_NOWHERE = "http://127.0.0.1:9"
_FOOTER = (
    '<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #555">'
    '<span class="title"></span>, page <span class="pageNumber"></span> of <span class="totalPages"></span></div>'
)


def write_pdf(html: str, *, browser_path: str | None = None, has_sandbox: bool = True) -> bytes:
    """Print a report. Raises: `Unreadable` where there is no browser that starts."""
    with running(find_browser(browser_path), _NOWHERE, has_sandbox=has_sandbox) as launcher:
        context = launcher.browser().new_context(java_script_enabled=False, offline=True, color_scheme="light")
        page = context.new_page()
        page.set_content(html, wait_until="load")
        margins = {"top": "15mm", "bottom": "18mm", "left": "12mm", "right": "12mm"}
        octets: bytes = page.pdf(
            prefer_css_page_size=True, print_background=True, margin=margins, display_header_footer=True,  # type: ignore[arg-type]
            header_template="<span></span>", footer_template=_FOOTER, outline=True, tagged=True,
        )  # fmt: skip
        context.close()
        return octets
