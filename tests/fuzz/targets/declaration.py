"""Fuzz the import of a published policy page, in Markdown or HTML. The whole input is the file."""

from cookiegate import ConfigError, Registry
from cookiegate.registry import parse_declaration, render, write_toml
from cookiegate.registry.toml import parse_cookies_toml


def check_as(syntax: str, octets: bytes) -> None:
    """Import a file, as text and as octets. Only `ConfigError` may come of it; what was read can be written again."""
    text = octets.decode("utf-8", "replace")
    for content in (octets, text):
        try:
            declaration = parse_declaration(content, where="policy", format=syntax)
        except ConfigError as error:
            if not error.problems or not all(problem.startswith("policy: ") for problem in error.problems):
                raise AssertionError(f"no place in {error.problems}") from error
            continue
        assert all(str(remark) and "\n" not in str(remark) for remark in declaration.remarks)
        rules = declaration.rules
        registry = Registry(rules)
        assert len(registry) == len(rules)
        document = parse_cookies_toml(write_toml(rules))
        assert (document.rules, document.problems) == (rules, ())
        if rules:
            again = parse_declaration(render(rules, syntax), where="policy", format=syntax)
            assert Registry(again.rules) == registry, (rules, again.rules)
            assert again.not_understood == ()
