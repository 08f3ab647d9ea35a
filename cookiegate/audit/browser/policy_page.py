"""The published policy page against the registry: rows too many, rows that are missing, other lifetimes.

The page is read as scripts have drawn it, by the importer of `cookiegate registry import`.
Law: only what both the page and the registry say of a cookie is compared.
"""

from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from cookiegate.audit.finding import Code, Finding
from cookiegate.model import CookieRule
from cookiegate.registry.registry import Registry

__all__ = ["compare_rows", "find_policy_link"]

_TOLERANCE_S = 60


def compare_rows(
    page: Iterable[CookieRule], own: Iterable[CookieRule], is_choice: Callable[[str], bool]
) -> Iterator[Finding]:
    """Yield what differs between the rows of a policy page and the rules of the site's own file.

    `is_choice`: whether a cookie holds the visitor's choice; it needs no rule.
    """
    rules = [rule for rule in own if rule.storage is None]
    rows = {row.name: row for row in page if row.storage is None}
    met: set[str] = set()
    registry, read = Registry(rules), Registry(rows.values())
    for name, row in rows.items():
        rule = registry.find(name) or registry.covering(name)
        met |= set() if rule is None else {rule.name}
        if rule is None and not is_choice(name):
            detail = f"the page lists it as {row.category}, and no rule of the registry names it"
            yield Finding(code=Code.POLICY_EXTRA_ROW, cookie=name, detail=detail, count=1)
        elif rule is not None and _differs(row, rule):
            detail = f"the page says {row.lifetime}, the registry {rule.lifetime}"
            yield Finding(
                code=Code.POLICY_OTHER_LIFETIME, cookie=name, detail=detail, rule=rule, category=rule.category, count=1
            )
    for rule in rules:
        if rule.name not in met and read.find(rule.name) is None and read.covering(rule.name) is None:
            detail = f"the registry declares it as {rule.category}, and the page has no row for it"
            yield Finding(
                code=Code.POLICY_MISSING_ROW,
                cookie=rule.name,
                detail=detail,
                rule=rule,
                category=rule.category,
                count=1,
            )


def _differs(row: CookieRule, rule: CookieRule) -> bool:
    page, own = row.lifetime, rule.lifetime
    if page is None or own is None:
        return False
    if page.is_session != own.is_session:
        return True
    if page.max_age_s is None or own.max_age_s is None:
        return False  # "varies" and "persistent" promise no number
    return abs(page.max_age_s - own.max_age_s) > _TOLERANCE_S + own.max_age_s // 28  # 365 days are 12 months


def find_policy_link(html: str, base: str, may_open: Callable[[str], bool]) -> str:
    """Return the page that a link with "cookie" in its address or text leads to; empty where there is none."""
    parser = _Links()
    parser.feed(html[: 1 << 20])
    parser.close()
    for href, text in parser.links:
        try:
            url = urljoin(base, href.strip())
            parts = urlsplit(url)
        except ValueError:
            continue
        is_other = parts._replace(fragment="").geturl() != urlsplit(base)._replace(fragment="").geturl()
        if is_other and may_open(url) and ("cookie" in parts.path.lower() or "cookie" in text):
            return url
    return ""


class _Links(HTMLParser):
    """Collects links with their texts."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._href: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._text = dict(attrs).get("href"), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href and len(self.links) < 500:
            self.links.append((self._href, " ".join(self._text.lower().split())[:200]))
            self._href = None
