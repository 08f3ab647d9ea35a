"""A phase that saw no page: each report says that it was not seen, not that nothing was set."""

import json
import re

import pytest
from rich.console import Console

from cookiegate.audit.as_json import write_json
from cookiegate.audit.auditing import Promise, platform
from cookiegate.audit.browser.assessing import observations
from cookiegate.audit.browser.evidence import Missed
from cookiegate.audit.browser.phase import MOMENTS, Phase
from cookiegate.audit.report import write_html
from cookiegate.audit.result import Source
from cookiegate.cli.audit_table import _print, written_table
from cookiegate.model import NO_CONSENT


@pytest.fixture
def audited_phases(registry):
    """Audit phases that were made by hand."""
    promise = Promise.of(registry, platform(None))

    def audit(evidence):
        collector = promise.collector()
        for phase in evidence.phases:
            collector.visit(MOMENTS[phase.phase])
        consents = dict.fromkeys(Phase, NO_CONSENT)
        for each in observations(evidence, consents, lambda _: True, promise.gate.registry, lambda _: False):
            collector.add(each)
        source = Source(kind="browser", name="shop", looked_at="", registry="c")
        return collector.close(source, promise.declared, browser=evidence)

    return audit


@pytest.fixture
def partly(make, audited_phases):
    """Audit a site of which no button to reject, and no way to withdraw, was found."""
    jar = {"jar": (make.cookie("sid"),), "pages": ("http://shop.test/", "http://shop.test/a")}
    unseen = {"pages": (), "missed": (Missed("the button", "none was found"),)}
    return audited_phases(
        make.evidence(
            make.phase(**jar), make.phase(Phase.GPC, **jar), make.phase(Phase.REJECT, **unseen),
            make.phase(Phase.ACCEPT, jar=jar["jar"]), make.phase(Phase.WITHDRAW, **unseen),
        )
    )  # fmt: skip


def html_of(audit):
    return write_html(audit, version="1", made_at="now")


def test_the_json_names_the_moments(partly):
    document = json.loads(write_json(partly, version="1"))
    assert document["unseen_moments"] == ["After reject", "After withdrawal"]
    assert [phase["seen"] for phase in document["browser"]["phases"]] == [True, True, False, True, False]


def test_the_html_says_not_seen_in_each_table(partly):
    html = html_of(partly)
    assert "not set" not in html
    assert html.count('<span class="none">not seen</span>') == 2
    for row in ("Other hosts that pages asked", "Stored by scripts", "Not let through"):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", next(line for line in html.splitlines() if f">{row}<" in line))
        nothing = "none" if row.startswith("Other") else "nothing"
        assert cells == [nothing, nothing, "not seen", nothing, "not seen"]
    assert len(re.findall(r"^<td>not seen</td>$", html, re.MULTILINE)) == 2
    assert "<td>\N{EN DASH}</td>" not in html


def test_the_terminal_says_not_seen(partly):
    lines = written_table(partly).splitlines()
    row = next(line for line in lines if line.startswith(" sid"))
    assert row.split() == ["sid", ">", ">", "not", "seen", ">", "not", "seen", "1", "minute", "session"]
    narrow = Console(width=30, record=True, highlight=False)
    with narrow.capture() as printed:
        _print(narrow, partly)
    assert "reject (0 pages) not seen" in " ".join(printed.get().split())


def test_the_pages_of_each_phase_are_told_where_they_differ(partly, make, audited_phases):
    words = r"2 pages +2 pages +0 pages +1 page +0 pages"
    assert re.search(words, written_table(partly))
    heads = '<th scope="col" role="columnheader">After accept <span class="number">1 page</span></th>'
    assert heads in html_of(partly)
    alike = audited_phases(make.evidence(make.phase(jar=(make.cookie("sid"),)), make.phase(Phase.GPC)))
    assert alike.pages == {}
    assert not alike.unseen
    assert "1 page" not in written_table(alike)


def test_a_site_without_a_known_banner_was_not_seen_after_a_choice(site, look):
    site.page("/", "<title>x</title>", "sid=1; HttpOnly; SameSite=Lax")
    audit = look(site)
    assert sorted(moment.label for moment in audit.unseen) == ["After accept", "After reject"]
    assert html_of(audit).count('<span class="none">not seen</span>') == 2
