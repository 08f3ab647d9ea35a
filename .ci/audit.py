"""Ask the advisory databases about every package in a directory of site-packages: `python .ci/audit.py DIRECTORY`.

pip-audit (in the environment that runs this) does the asking. It succeeds where it could look nothing up, so what it
answers is counted here. Ends with 1 for a known vulnerability, with 0 if there is none, and with 0 and one plain line
where no database can be reached: that audit did not take place.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SERVICES = ("pypi", "osv")
PATIENCE_S = 300


def main(directory: str) -> int:
    """Audit, print what was found, and return the exit code."""
    for service in SERVICES:
        found = audited(directory, service)
        if found is None:
            continue
        asked = [package for package in found if "vulns" in package]
        bad = [package for package in asked if package["vulns"]]
        for package in bad:
            for hole in package["vulns"]:
                fixed = ", ".join(hole["fix_versions"]) or "no version yet"
                say(f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}")
        unknown = sorted(package["name"] for package in found if "vulns" not in package)
        say(f"{len(asked)} packages audited by {service}, {len(bad)} with known vulnerabilities")
        say(f"not known there: {', '.join(unknown) or 'none'}")
        return 1 if bad else 0
    say("NOT AUDITED: no advisory database can be reached from here")
    return 0


def audited(directory: str, service: str) -> list[dict[str, object]] | None:
    """Return what one database says of each package; `None` where it says nothing of any."""
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place) / "answer.json"
        command = [
            sys.executable, "-m", "pip_audit", "--path", directory, "--vulnerability-service", service,
            "--format", "json", "--output", str(answer), "--progress-spinner", "off", "--timeout", "15",
        ]  # fmt: skip
        try:
            subprocess.run(command, check=False, timeout=PATIENCE_S, capture_output=True)  # noqa: S603  # our own words
        except subprocess.TimeoutExpired:
            return None
        if not answer.is_file():
            return None
        found: list[dict[str, object]] = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    return found if any("vulns" in package for package in found) else None


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
