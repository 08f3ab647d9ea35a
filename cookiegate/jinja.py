"""Jinja: `install(environment)`, then `{% if_consent "statistics" %}`, `consent_allows`, `cookiegate_banner()`, ...

The context must have the `request`, as that of Starlette, FastAPI, Litestar, Flask and Quart has.
"""

from collections.abc import Iterator

from cookiegate.errors import ConfigError
from cookiegate.templating import allows_all, banner, category_problem, link, reopen_button, scripts, settings

try:
    from jinja2 import Environment, TemplateSyntaxError, nodes, pass_context
    from jinja2.ext import Extension
    from jinja2.lexer import Token, TokenStream
    from jinja2.parser import Parser
    from jinja2.runtime import Context
    from markupsafe import Markup
except ImportError as _error:
    raise ConfigError(["cookiegate.jinja: needs Jinja; pip install jinja2"]) from _error

__all__ = ["CookieGateExtension", "install"]

_ASKS = "consent_allows"


@pass_context
def consent_allows(context: Context, category: str, *more: str) -> bool:
    """Return whether the visitor granted this category, or all of several.

    Raises: `NotGated`; `ValueError` for an unknown category.
    """
    return allows_all(context.get("request"), (category, *more))


@pass_context
def cookiegate_banner(
    context: Context, *, language: str | None = None, nonce: object = None, back: str | None = None
) -> Markup:
    """Return the banner, if the visitor has not chosen yet, and its script."""
    return Markup(banner(context.get("request"), language=language, nonce=nonce, back=back))  # noqa: S704  # escaped


@pass_context
def cookiegate_settings(
    context: Context, *, language: str | None = None, nonce: object = None, back: str | None = None
) -> Markup:
    """Return the settings, for a page of the site."""
    return Markup(settings(context.get("request"), language=language, nonce=nonce, back=back))  # noqa: S704  # escaped


@pass_context
def cookiegate_link(context: Context, *, language: str | None = None) -> Markup:
    """Return the link that opens the banner again."""
    return Markup(link(context.get("request"), language=language))  # noqa: S704  # escaped already


@pass_context
def cookiegate_reopen_button(context: Context, *, language: str | None = None, nonce: object = None) -> Markup:
    """Return the button that opens the banner again."""
    return Markup(reopen_button(context.get("request"), language=language, nonce=nonce))  # noqa: S704  # escaped


@pass_context
def cookiegate_scripts(context: Context, *, nonce: object = None) -> Markup:
    """Return the guard's script, with what the visitor granted."""
    return Markup(scripts(context.get("request"), nonce=nonce))  # noqa: S704  # escaped already


_FUNCTIONS = (
    consent_allows, cookiegate_banner, cookiegate_settings, cookiegate_link, cookiegate_reopen_button,
    cookiegate_scripts,
)  # fmt: skip


class CookieGateExtension(Extension):
    """The tag `if_consent`, and the functions `consent_allows`, `cookiegate_banner`, `cookiegate_settings`, and so on.

    A category that is not one of the four is a `TemplateSyntaxError` when the template is compiled.
    """

    tags: set[str] = {"if_consent"}  # noqa: RUF012  # as in Jinja

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        for function in _FUNCTIONS:
            environment.globals.setdefault(function.__name__, function)

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Check the categories that `consent_allows` is called with as texts."""
        before, state = "", ""
        for token in stream:
            if token.type == "name" and token.value == _ASKS and before != "dot":
                state = "named"
            elif state == "named" and token.type == "lparen":
                state = "called"
            elif state == "called" and token.type in ("string", "comma"):
                if token.type == "string":
                    self._check(token.value, token.lineno, stream)
            else:
                state = ""
            before = token.type
            yield token

    def parse(self, parser: Parser) -> nodes.Node:
        """Read `{% if_consent "statistics" %} ... {% else %} ... {% endif_consent %}`."""
        lineno = next(parser.stream).lineno
        categories: list[nodes.Expr] = []
        while parser.stream.current.type != "block_end":
            if categories:
                parser.stream.skip_if("comma")
            token = parser.stream.current
            if token.type != "string":
                parser.fail("if_consent: write the category in quotes", lineno)
            self._check(token.value, lineno, parser)
            categories.append(nodes.Const(next(parser.stream).value))
        if not categories:
            parser.fail('if_consent: no category; write one, like {% if_consent "statistics" %}', lineno)
        granted = parser.parse_statements(("name:else", "name:endif_consent"), drop_needle=False)
        refused: list[nodes.Node] = []
        if next(parser.stream).value == "else":
            refused = parser.parse_statements(("name:endif_consent",), drop_needle=True)
        asks = self.call_method("_allows", [nodes.ContextReference(), *categories])
        return nodes.If(asks, granted, [], refused).set_lineno(lineno)

    def _allows(self, context: Context, *categories: str) -> bool:
        return allows_all(context.get("request"), categories)

    def _check(self, category: str, lineno: int, source: TokenStream | Parser) -> None:
        problem = category_problem(category)
        if problem is not None:
            raise TemplateSyntaxError(problem, lineno, source.name, source.filename)


def install(environment: Environment) -> Environment:
    """Add the tag and the functions to an environment, for templates that it compiles later. Returns it."""
    if CookieGateExtension.identifier not in environment.extensions:
        environment.add_extension(CookieGateExtension)
    return environment
