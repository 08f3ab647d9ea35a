"""What a page or a browser that fails in the midst of it leaves behind: an answer, and no exception."""

import base64
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error

from cookiegate.audit.browser import auditing, tables
from cookiegate.audit.browser.campaign import Campaign
from cookiegate.audit.browser.clicking import Clicker
from cookiegate.audit.browser.profile import Profile
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.page_text import read_page_text
from cookiegate.errors import ConfigError


class Gone:
    """Fails as Playwright does where the page is gone."""

    def evaluate(self, expression):
        raise Error("Target page, context or browser has been closed")


def test_call_on_a_page_that_is_gone_is_false():
    assert Profile.call(SimpleNamespace(page=Gone()), "1") is False


def test_link_that_is_gone_is_no_way_that_stays_on_the_page():
    clicker = SimpleNamespace(_settings=SimpleNamespace(withdraw_selector=None))
    assert Clicker.is_in_place(clicker, SimpleNamespace(element=Gone())) is False


@pytest.mark.parametrize(("octets", "limit", "expected"), [(10, 1, 1), (10, 0, 0), (10_000_000, 1, 0)])
def test_picture_is_kept_up_to_the_limits(octets, limit, expected):
    data = base64.b64encode(bytes(octets)).decode()
    shots = []
    session = SimpleNamespace(send=lambda method, options: {"data": data})
    Profile.shot(SimpleNamespace(_session=session), "reject", shots, limit)
    assert len(shots) == expected


def test_hosts_that_only_the_proxy_saw_are_added():
    proxy = SimpleNamespace(hosts={"worker.example": 2, "own.example": 1}, refusals=())
    campaign = SimpleNamespace(_proxy=proxy, is_own=lambda host: host.startswith("own."))
    assert [each.host for each in Campaign.others(campaign, ())] == ["worker.example"]


def test_cookie_that_the_browser_did_not_keep_has_no_attributes():
    assert tables._attributes(tables._Gathered(lines=[], jar=[])) == ()


def test_policy_page_that_does_not_answer_is_unreadable():
    with pytest.raises(Unreadable, match=r"127\.0\.0\.1"):
        read_page_text("http://127.0.0.1:9/", agent="test", seconds=5)


@pytest.mark.parametrize(("asked", "expected"), [("https://shop.example/policy", 1), ("", 0)])
def test_policy_page_that_can_t_be_parsed_is_a_gap_where_it_was_named(monkeypatch, asked, expected):
    def fail(*args, **options):
        raise ConfigError(["policy: too long"])

    monkeypatch.setattr(auditing, "parse_declaration", fail)
    settings = SimpleNamespace(policy_page=asked)
    campaign = SimpleNamespace(settings=settings, policy_why="", policy_html="<table></table>")
    evidence, promise, gaps = (
        SimpleNamespace(policy_page="https://shop.example/policy"),
        SimpleNamespace(declared=1),
        [],
    )
    assert list(auditing._policy_findings(campaign, evidence, promise, gaps, bool)) == []
    assert len(gaps) == expected
