"""The code in the documents runs: all Python blocks of a file, in order, with the cookies.toml that the file shows.

So do the commands in the new guides: what a page shows below `$ cookiegate ...` is what the command prints.
"""

import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*CHECKOUT.glob("README.md"), *CHECKOUT.glob("docs/**/*.md")])
ELSEWHERE = ("docs/frameworks.md", "docs/tutorials/")
"""Run by tests/frameworks in a separate process, because Django can be configured only once in each; by tests/site."""


def name_of(document: Path) -> str:
    return document.relative_to(CHECKOUT).as_posix()


RUN_HERE = [document for document in DOCUMENTS if not name_of(document).startswith(ELSEWHERE)]
GUIDES = [document for document in RUN_HERE if document.parent.name in ("how-to", "reference", "explanation")]
TRANSCRIPT = re.compile(r"^```console\n(\$ cookiegate .*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="README.md and docs/ are not in the wheel")


@pytest.fixture(autouse=True)
def log_is_as_before():
    """Undo a document's changes of the root logger."""
    handlers, level = [*logging.root.handlers], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("document", RUN_HERE, ids=name_of)
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


def transcripts() -> list[tuple[Path, str]]:
    return [(guide, block) for guide in GUIDES for block in TRANSCRIPT.findall(guide.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("document", "transcript"), transcripts(), ids=lambda value: name_of(value) if isinstance(value, Path) else ""
)
def test_command_prints_what_is_shown(document: Path, transcript: str, tmp_path: Path) -> None:
    """Each block is one command, and all of its lines; a line `...` stands for any."""
    tables = [block for language, block in BLOCK.findall(document.read_text(encoding="utf-8")) if language == "toml"]
    if tables:
        (tmp_path / "cookies.toml").write_text(tables[0], encoding="utf-8")
    command, *shown = transcript.splitlines()
    words = [sys.executable, "-m", *shlex.split(command[2:])]
    environment = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300, check=False
    )
    printed = "".join(f"{line.rstrip()}\n" for line in (done.stdout + done.stderr).splitlines())
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(f"{line.rstrip()}\n") for line in shown)
    assert re.fullmatch(pattern, printed), printed


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_inside_of_a_document_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_document_has_no_marks_of_a_merge(document: Path) -> None:
    lines = document.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.match(r"<{7} |={7}$|>{7} ", line)] == []


def test_every_consent_source_is_in_the_guide_with_its_cookies() -> None:
    guide = CHECKOUT / "docs" / "consent.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    import cookiegate.consent

    text = guide.read_text(encoding="utf-8")
    names = set(cookiegate.consent.__all__) - {"ConsentSource", "WritableConsentSource"}
    assert {name for name in names if f"`{name}`" not in text and f"`{name}(" not in text} == set()
    assert {name for name in cookiegate.consent.Detect().cookie_names if f"`{name}`" not in text} == set()


def test_code_of_every_platform_on_its_page_makes_a_gate() -> None:
    extensions = CHECKOUT / "docs" / "_extensions"
    if not extensions.is_dir():
        pytest.skip("docs/ is not in the wheel")
    words = "import platforms; print(platforms.platforms())"
    done = subprocess.run([sys.executable, "-c", words], cwd=extensions, capture_output=True, text=True, check=True)
    blocks = [block for language, block in BLOCK.findall(done.stdout) if language == "python"]
    assert len(blocks) >= 30
    for block in blocks:
        namespace: dict[str, object] = {}
        exec(block, namespace)
        assert namespace["gate"]
