"""The keys of cookies.toml, from its JSON Schema: what editors show is what the page says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parents[2] / "cookiegate" / "registry" / "cookies.schema.json"
_MOST_VALUES = 12


def schema() -> dict[str, Any]:
    """Return the schema's properties by section."""
    properties: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    return properties


def settings() -> str:
    """Write the sections `[gate]`, `[settings_page]`, `[csp]` and any other table."""
    tables = {name: table for name, table in schema().items() if table["type"] == "object"}
    return "\n".join(line for name, table in tables.items() for line in _section(name, f"`[{name}]`", table))


def cookie_keys() -> str:
    """Write the keys of `[[cookie]]`, and of any other array of tables."""
    arrays = {name: array for name, array in schema().items() if array["type"] == "array"}
    return "\n".join(line for name, array in arrays.items() for line in _section(name, f"`[[{name}]]`", array))


def _section(name: str, title: str, table: dict[str, Any]) -> Iterator[str]:
    keys = table.get("items", table)
    yield f"(toml-{name})=\n## {title}\n"
    yield f"{_text(table['description'])}\n"
    for key, described in keys.get("properties", {}).items():
        yield f"(toml-{name}-{key})=\n### `{key}`\n"
        yield f"{_text(described['description'])}\n"
        needed = ["Required."] if key in keys.get("required", ()) else []
        facts = [*needed, *_facts(described)]
        if facts:
            yield f"{' '.join(facts)}\n"


def _facts(key: dict[str, Any]) -> Iterator[str]:
    values = _values(key)
    if values:
        listed = ", ".join(f"`{_toml(value)}`" for value in values[:_MOST_VALUES])
        more = f" and {len(values) - _MOST_VALUES} more, which editors complete" if len(values) > _MOST_VALUES else ""
        yield f"{'A list of' if key.get('type') == 'array' else 'One of'} {listed}{more}."
    else:
        yield f"{_kind(key)}."
    if "default" in key:
        yield f"Default: `{_toml(key['default'])}`."
    examples = key.get("examples", [])
    if examples:
        yield f"For example {', '.join(f'`{_toml(value)}`' for value in examples)}."


def _values(key: dict[str, Any]) -> list[Any]:
    for place in (key, key.get("items", {}), *key.get("anyOf", [])):
        if "enum" in place:
            return list(place["enum"])
    return []


def _kind(key: dict[str, Any]) -> str:
    words = {"string": "Text", "boolean": "`true` or `false`", "array": "A list of texts", "integer": "A number"}
    kinds = [place["type"] for place in (key, *key.get("anyOf", [])) if "type" in place]
    texts = dict.fromkeys(words.get(kind, kind) for kind in kinds)
    shown = [text if number == 0 else text[0].lower() + text[1:] for number, text in enumerate(texts)]
    return " or ".join(shown) or "Any value"


def _toml(value: Any) -> str:
    """Write a value as TOML does; JSON's text is TOML's, for text, numbers, lists and booleans."""
    return json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    return text.replace("*", r"\*")
