"""The scripts of the bridge are the template and what each platform adds to it."""

from tests.consent.bridge.__main__ import SCRIPTS, scripts


def test_scripts_are_what_the_template_makes_of_each_platform() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js")}
    assert written == scripts(), "run python -m tests.consent.bridge"
