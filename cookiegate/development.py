"""Messages for developers about a dropped cookie: the reason, and the rule to paste.

`notify.py` logs them. Law: they contain names, never a value.
"""

from cookiegate.decision import Decision

__all__ = ["framed", "rule_to_add", "why_refused", "why_unregistered"]

_LONGEST_NAME = 100
_LINE = "=" * 72
_CATEGORIES = "necessary, preferences, statistics or marketing"


def why_unregistered(name: str) -> str:
    """Explain what to do about a name without a rule."""
    short = name[:_LONGEST_NAME]
    return (
        f"cookie {short!a} is not in the registry; to register it, choose its category and add:\n"
        f"{rule_to_add(short)}\n"
        "Until then it is dropped, unless `unregistered` or the report-only mode allows it. Logins and forms "
        "that need it fail."
    )


def why_refused(decision: Decision) -> str:
    """Explain what to do about a line whose category is not granted."""
    name = decision.name[:_LONGEST_NAME]
    rule = decision.registry_rule
    where = f" by the rule {rule.name!a}" if rule is not None and rule.name != name else ""
    verb = "is dropped" if decision.is_enforced else "would be dropped"
    return (
        f"cookie {name!a} {verb}: it is {decision.category}{where}, and this visitor has not granted that "
        f"({decision.reason}). If the site can't work without it, correct its category in cookies.toml:\n"
        f'[[cookie]]\nname = "{_plain(name)}"\ncategory = ""  # now {decision.category}; {_CATEGORIES}'
    )


def rule_to_add(name: str) -> str:
    """Return the rule for a name, with an empty category, or that of a product with such a cookie."""
    from cookiegate.registry.knowledge import products_for  # here, since only development needs it
    from cookiegate.registry.products import product_rules
    from cookiegate.registry.registry import Registry

    products = products_for(name)
    rule = Registry(product_rules(products[0])).find(name) if products else None
    lines = ["[[cookie]]", f'name = "{_plain(name)}"']
    if rule is None:
        return "\n".join([*lines, f'category = ""  # {_CATEGORIES}'])
    return "\n".join([*lines, f'category = "{rule.category}"  # if it is the cookie of {" or ".join(products)}'])


def framed(text: str) -> str:
    """Return a text between two conspicuous lines."""
    return f"\n{_LINE}\n{text}\n{_LINE}"


def _plain(name: str) -> str:
    """Return a name without characters that end a line or quotes."""
    return "".join(char if " " <= char <= "~" and char not in '"\\\\' else "?" for char in name)
