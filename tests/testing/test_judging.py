"""What is wrong with a line, and the lifetime that would declare it."""

import pytest

from cookiegate import ConfigError
from cookiegate.testing.judging import Judge, Kind, Objection
from cookiegate.wire.dates import format_cookie_date

COOKIES = """
[gate]
unregistered = "keep"

[[cookie]]
name = "sid"
category = "necessary"
lifetime = "7 days"
http_only = true

[[cookie]]
name = "shop_*"
category = "marketing"
"""


@pytest.fixture
def judge(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text(COOKIES, encoding="utf-8")
    return Judge(path)


@pytest.mark.parametrize(
    "line",
    [
        b"sid=1; HttpOnly",
        b"sid=1; HttpOnly; SameSite=Lax; Max-Age=604800",
        b"shop_x=1; Secure",
        b"sid=; Max-Age=0",
        b"unknown=; Max-Age=0",
        b"cookiegate_consent=1",
    ],
)
def test_judge_has_nothing_against(judge, line):
    assert judge.object(line) is None


@pytest.mark.parametrize(
    ("line", "objection"),
    [
        (b"sid=1", Objection(Kind.NOT_AS_DECLARED, "sid", "HttpOnly added")),
        (b"sid=1; HttpOnly; Max-Age=604801", Objection(Kind.NOT_AS_DECLARED, "sid", "lifetime cut to 7 days")),
        (b"csrftoken=1; Max-Age=60", Objection(Kind.UNDECLARED, "csrftoken", lifetime="1 minute")),
        (b"SID=1", Objection(Kind.UNREGISTERED, "SID")),
        (b"SHOP_x=1", Objection(Kind.UNREGISTERED, "SHOP_x")),
        (b"x=1", Objection(Kind.UNREGISTERED, "x", lifetime="session")),
        (b"x=1; Max-Age=86400", Objection(Kind.UNREGISTERED, "x", lifetime="1 day")),
        (b"x=1; Max-Age=5400", Objection(Kind.UNREGISTERED, "x", lifetime="90 minutes")),
        (b"x=1; Max-Age=7201", Objection(Kind.UNREGISTERED, "x", lifetime="7201 seconds")),
        (b"a\x00b=1", Objection(Kind.MALFORMED, "a\x00b", "control-octet")),
        (b"", Objection(Kind.MALFORMED, "", "nameless")),
    ],
)
def test_judge_objects(judge, line, objection):
    assert judge.object(line) == objection


@pytest.mark.parametrize(("seconds", "lifetime"), [(7200, "2 hours"), (2592000, "30 days"), (5, "1 minute")])
def test_judge_reads_a_lifetime_from_a_date(judge, seconds, lifetime):
    line = b"x=1; Expires=" + format_cookie_date(int(judge.gate.clock()) + seconds)
    assert judge.object(line).lifetime == lifetime


def test_judge_complains_of_a_file(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: can't be read"):
        Judge(tmp_path / "none.toml")
