"""What the tests of the consent platforms share: every reader by name, and how one reads a Cookie header."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cookiegate.consent
from cookiegate.model import Consent, Reason, RequestHead

IAB = {"Gpp", "Tcf", "UsPrivacy"}
PLATFORMS = [name for name, module in cookiegate.consent._MODULES.items() if module.startswith("platforms.")]
SAMPLES = Path(__file__).with_name("platform-samples.json")


@pytest.fixture(scope="session")
def platforms() -> dict[str, Any]:
    """Every reader of a platform, by its name."""
    return {name: getattr(cookiegate.consent, name) for name in PLATFORMS}


@pytest.fixture(scope="session")
def readers(platforms: dict[str, Any]) -> dict[str, Any]:
    """Every reader, those of the IAB's strings included."""
    return platforms | {name: getattr(cookiegate.consent, name) for name in IAB}


@pytest.fixture(scope="session")
def samples() -> list[dict[str, Any]]:
    """One value or more for each reader, with what it says, and at which positions a change is not noticed."""
    found = json.loads(SAMPLES.read_text(encoding="utf-8"))["samples"]
    for sample in found:
        header, undetectable = "", set[int]()
        for number, text in enumerate(re.split("[«»]", sample["header"])):
            if number % 2:
                undetectable.update(range(len(header), len(header) + len(text)))
            header += text
        sample.update(header=header, undetectable=undetectable)
    return list(found)


@pytest.fixture(scope="session")
def read(platforms: dict[str, Any]) -> Callable[..., Consent | None]:
    """Read a Cookie header, text or octets, with a new reader of this name and these arguments."""

    def read_header(name: str, header: str | bytes, **arguments: Any) -> Consent | None:
        octets = header if isinstance(header, bytes) else header.encode("utf-8")
        return platforms[name](**arguments)(RequestHead(cookie=octets))

    return read_header


@pytest.fixture(scope="session")
def granted(read: Callable[..., Consent | None]) -> Callable[..., str | None]:
    """Say what a header grants: `"preferences statistics"`, `""`, `"unreadable"`, or `None` for no signal."""

    def words(name: str, header: str | bytes, **arguments: Any) -> str | None:
        consent = read(name, header, **arguments)
        if consent is None:
            return None
        if Reason.CONSENT_UNREADABLE in dict(consent.refusals).values():
            assert consent == Consent.none(Reason.CONSENT_UNREADABLE, source=consent.source)
            return "unreadable"
        return " ".join(sorted(consent.granted))

    return words
