"""The documents' code runs: every Python block of a file, in order, beside the cookies.toml that the file shows."""

import logging
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*CHECKOUT.glob("README.md"), *CHECKOUT.glob("docs/*.md")])
ELSEWHERE = ("frameworks.md",)
"""Run by tests/frameworks in a process of its own, since Django is configured once in each."""
RUN_HERE = [document for document in DOCUMENTS if document.name not in ELSEWHERE]
BLOCK = re.compile(r"^```(python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="README.md and docs/ are not in the wheel")


@pytest.fixture(autouse=True)
def log_is_as_before():
    """Take back what a document does to the root logger."""
    handlers, level = [*logging.root.handlers], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("document", RUN_HERE, ids=lambda document: document.name)
def test_python_blocks_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = document.read_text(encoding="utf-8")
    tables = [block for language, block in BLOCK.findall(text) if language == "toml"]
    if tables:
        (tmp_path / "cookies.toml").write_text(tables[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": document.stem}
    for found in BLOCK.finditer(text):
        if found[1] == "python":
            line = text.count("\n", 0, found.start(2))
            exec(compile("\n" * line + found[2], str(document), "exec"), namespace)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_inside_of_a_document_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors


def test_every_consent_source_is_in_the_guide_with_its_cookies() -> None:
    guide = CHECKOUT / "docs" / "consent.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    import cookiegate.consent

    text = guide.read_text(encoding="utf-8")
    names = set(cookiegate.consent.__all__) - {"ConsentSource", "WritableConsentSource"}
    assert {name for name in names if f"`{name}`" not in text and f"`{name}(" not in text} == set()
    assert {name for name in cookiegate.consent.Detect().cookie_names if f"`{name}`" not in text} == set()
