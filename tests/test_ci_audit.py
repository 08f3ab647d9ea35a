"""CI's audit of the dependencies: a known vulnerability fails it, and so does an audit that did not run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).resolve().parents[1] / ".ci" / "audit.py"
PIP_AUDIT = """
import json, os, sys
answers = json.loads(os.environ["ANSWERS"])
answer = answers.get(sys.argv[sys.argv.index("--vulnerability-service") + 1])
if answer is not None:
    open(sys.argv[sys.argv.index("--output") + 1], "w").write(json.dumps({"dependencies": answer}))
"""
CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}

pytestmark = pytest.mark.skipif(not AUDIT.is_file(), reason="CI's own files are not in the source distribution")


@pytest.mark.parametrize(
    ("answers", "code", "output"),
    [
        ({"pypi": [CLEAN, HOLED]}, 1, "b 2: CVE-1, fixed in 3\n2 packages audited by pypi, 1 with known"),
        (
            {"pypi": [CLEAN, UNKNOWN]},
            0,
            "1 packages audited by pypi, 0 with known vulnerabilities\nnot known there: c",
        ),
        ({"osv": [HOLED]}, 1, "b 2: CVE-1, fixed in 3\n1 packages audited by osv, 1 with known"),
        ({"pypi": [UNKNOWN], "osv": [CLEAN]}, 0, "1 packages audited by osv, 0 with known"),
        ({"pypi": [UNKNOWN], "osv": [UNKNOWN]}, 0, "NOT AUDITED: no advisory database can be reached from here"),
        ({}, 0, "NOT AUDITED: no advisory database can be reached from here"),
    ],
)
def test_audit_says_what_took_place(tmp_path, answers, code, output):
    (tmp_path / "pip_audit.py").write_text(PIP_AUDIT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "ANSWERS": json.dumps(answers)}
    process = subprocess.run(
        [sys.executable, str(AUDIT), str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == code, process.stderr
    assert process.stdout.startswith(output)
