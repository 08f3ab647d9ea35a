"""Writes the scripts in cookiegate/consent/bridge: the template, with what differs from one platform to the next.

`python -m tests.consent.bridge`. Here `<platform>.js` begins with what the script says of itself, up to an empty line;
the rest goes to the end of the template.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[2] / "cookiegate" / "consent" / "bridge"


def scripts() -> dict[str, str]:
    """Return the text of each script by its file's name."""
    template = (HERE / "template.js.txt").read_text(encoding="utf-8")
    return {path.name: _filled(template, path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.js"))}


def _filled(template: str, source: str) -> str:
    about, _, code = source.partition("\n\n")
    code = "".join(f"  {line}" if line.strip() else line for line in code.rstrip("\n").splitlines(keepends=True))
    return template.replace("@about", about).replace("@platform", code)


if __name__ == "__main__":
    for name, text in scripts().items():
        (SCRIPTS / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{SCRIPTS / name}\n")
