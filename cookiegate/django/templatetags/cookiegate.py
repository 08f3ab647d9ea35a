"""`{% load cookiegate %}`: `{% if_consent "statistics" %}`, `{% cookiegate_banner %}`, `{% cookiegate_scripts %}`.

The context must have the request, as that of `render(request, ...)` has.
"""

import re
from typing import Any

from django import template
from django.utils.safestring import mark_safe

from cookiegate.templating import allows_all, banner, category_problem, link, reopen_button, scripts, settings

__all__ = ["register"]

register: Any = template.Library()
_QUOTED = re.compile(r"""(["'])([^"']*)\1""")


class IfConsent(template.Node):  # type: ignore[misc]  # Django has no types
    """What is shown where the visitor granted categories, and what is shown elsewhere."""

    child_nodelists: tuple[str, ...] = ("granted", "refused")

    def __init__(self, categories: tuple[str, ...], granted: Any, refused: Any) -> None:
        self.categories: tuple[str, ...] = categories
        self.granted: Any = granted
        self.refused: Any = refused

    def render(self, context: Any) -> Any:
        """Render one of both. Raises: `NotGated`."""
        shown = self.granted if allows_all(_request(context), self.categories) else self.refused
        return shown.render(context)


def _request(context: Any) -> Any:
    """Return the request of a context, whether or not a context processor put it there for the template."""
    return context.get("request") or getattr(context, "request", None)


@register.tag  # type: ignore[untyped-decorator]
def if_consent(parser: Any, token: Any) -> IfConsent:
    """Show what follows if the visitor granted the category, or all of several; else what is behind `{% else %}`."""
    name, *words = token.split_contents()
    categories = tuple(_category(name, word) for word in words)
    if not categories:
        raise template.TemplateSyntaxError(f'{name}: no category; write one, like {{% {name} "statistics" %}}')
    granted = parser.parse(("else", f"end{name}"))
    refused = template.NodeList()
    if parser.next_token().contents == "else":
        refused = parser.parse((f"end{name}",))
        parser.delete_first_token()
    return IfConsent(categories, granted, refused)


def _category(tag: str, word: str) -> str:
    quoted = _QUOTED.fullmatch(word)
    if quoted is None:
        raise template.TemplateSyntaxError(f"{tag}: {word} is no text; write the category in quotes")
    problem = category_problem(quoted[2])
    if problem is not None:
        raise template.TemplateSyntaxError(f"{tag}: {problem}")
    return quoted[2]


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]
def cookiegate_banner(
    context: Any, *, language: str | None = None, nonce: object = None, back: str | None = None
) -> Any:
    """Write the banner, if the visitor has not chosen yet, and its script."""
    return mark_safe(banner(_request(context), language=language, nonce=nonce, back=back))  # noqa: S308  # escaped


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]
def cookiegate_settings(
    context: Any, *, language: str | None = None, nonce: object = None, back: str | None = None
) -> Any:
    """Write the settings, for a page of the site."""
    return mark_safe(settings(_request(context), language=language, nonce=nonce, back=back))  # noqa: S308  # escaped


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]
def cookiegate_link(context: Any, *, language: str | None = None) -> Any:
    """Write the link that opens the banner again."""
    return mark_safe(link(_request(context), language=language))  # noqa: S308  # escaped already


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]
def cookiegate_reopen_button(context: Any, *, language: str | None = None, nonce: object = None) -> Any:
    """Write the button that opens the banner again."""
    return mark_safe(reopen_button(_request(context), language=language, nonce=nonce))  # noqa: S308  # escaped


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]
def cookiegate_scripts(context: Any, *, nonce: object = None) -> Any:
    """Write the guard's script, with what the visitor granted."""
    return mark_safe(scripts(_request(context), nonce=nonce))  # noqa: S308  # escaped already
