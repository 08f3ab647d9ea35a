"""Exchanges as the gate tells them, judged by the real policy, and packages that a user may lack."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.decision import Decision, Exchange
from cookiegate.gate import compiled
from cookiegate.model import NO_CONSENT, Action, Consent, Reason

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
GATE = CookieGate(
    registry=Registry(
        [
            CookieRule(name="sid", category=Category.NECESSARY),
            CookieRule(name="stat", category=Category.STATISTICS),
            CookieRule(name="ia_mkt_*", category=Category.MARKETING),
        ]
    ),
    clock=lambda: NOW,
)


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """Make an exchange of Set-Cookie lines, and of rules whose cookies browsers sent although they are refused."""

    def make(
        *lines: bytes,
        method: str = "GET",
        path: str = "/",
        route: str | None = "/page",
        status: int = 200,
        at_s: float = NOW,
        is_https: bool = True,
        granted: tuple[str, ...] = (),
        is_enforced: bool = False,
        expired: tuple[CookieRule, ...] = (),
    ) -> Exchange:
        consent = Consent(granted) if granted else NO_CONSENT
        decisions = [compiled(GATE).policy.decide(line, consent, is_https=is_https, now=NOW) for line in lines]
        decisions += [
            Decision(
                action=Action.EXPIRE, reason=Reason.NO_CONSENT, policy_rule=5, name=f"sent{number}",
                category=rule.category, registry_rule=rule, after=b"x=; Max-Age=0",
            )
            for number, rule in enumerate(expired)
        ]  # fmt: skip
        return Exchange(
            method=method, path=path, route=route, status=status, at_s=at_s, is_https=is_https,
            granted=consent.granted, decisions=tuple(decisions), is_enforced=is_enforced,
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def package(missing: Callable[[str], NoReturn]) -> Callable[[str], ModuleType]:
    """Import what the extra `test` brings; a user may lack it, CI may not."""

    def load(name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except ImportError:
            missing(name)

    return load
