"""The public API is what tests/public_api.txt says: each change of it is seen."""

import re
from pathlib import Path

import pytest

from tests.public_api import FILE, public_api

CHECKOUT = Path(__file__).resolve().parent.parent
IMPORT = re.compile(r"^\s*from (cookiegate[\w.]*) import ([\w, ]+|\([^)]*\))", re.MULTILINE)


def test_public_api_is_what_its_file_says() -> None:
    for module in ("django", "sqlalchemy", "starlette", "opentelemetry", "typer"):
        pytest.importorskip(module)
    assert public_api() == FILE.read_text(encoding="utf-8"), "run python -m tests.public_api"


@pytest.mark.parametrize("path", [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))], ids=str)
def test_public_api_has_what_documents_import(path: Path) -> None:
    public = {re.split(r"[(:]", line, maxsplit=1)[0] for line in FILE.read_text(encoding="utf-8").splitlines()}
    found = IMPORT.findall(path.read_text(encoding="utf-8"))
    names = {f"{module}.{name}" for module, names in found for name in re.findall(r"(\w+)(?: as \w+)?", names)}
    assert names <= public
