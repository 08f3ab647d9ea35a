import pytest

from cookiegate.audit.browser.addresses import NamedPlaces, is_public


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "8.8.8.8",
     "64:ff9b::808:808", "2606:4700::5efe:808:808"],
)  # fmt: skip
def test_a_public_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3",
        "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
        "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:a9fe:a9fe::1", "2002:808:808::1", "198.18.0.1", "192.88.99.1", "203.0.113.1", "2001:db8::1", "3fff::1",
        "fec0::1", "fec0::1%eth0", "feff:ffff::1", "fe00::1", "::ffff:0:127.0.0.1", "::8.8.8.8", "100::1", "4000::1",
        "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "64:ff9b::6440:1", "64:ff9b:0:1::1",
        "2001:0:a00:1::f5ff:fffe", "[::1]", "localhost", "", "2130706433", "0x7f000001", "127.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_in_every_form(address):
    assert not is_public(address)


def test_the_audited_origin_is_named_with_its_port_and_its_hosts_with_the_usual_ones():
    named = NamedPlaces.of("http", "Shop.internal", 8000, ["cdn.internal"], [])
    assert ("shop.internal.", 8000) in named
    assert ("shop.internal", 6379) not in named
    assert all(("cdn.internal", port) in named for port in (80, 443, 8000))
    assert ("cdn.internal", 22) not in named
    assert ("localhost", 443) in NamedPlaces.of("https", "localhost", None, [], [])


@pytest.mark.parametrize(
    ("text", "place", "other"),
    [
        ("db.internal", ("db.internal", 1), ("db", 1)), ("db.internal:81", ("db.internal", 81), ("db.internal", 82)),
        ("[::1]:81", ("::1", 81), ("::1", 82)), ("[::1]", ("::1", 5), ("::2", 5)), ("::1", ("::1", 5), ("::2", 5)),
    ],
)  # fmt: skip
def test_what_is_allowed_is_a_host_or_a_host_with_a_port(text, place, other):
    named = NamedPlaces.of("http", "shop.test", 80, [], [text])
    assert place in named
    assert other not in named


@pytest.mark.parametrize("text", ["", ":80", "a/b", "host:0", "host:65536", "host:x", "http://host"])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ValueError, match="write HOST or HOST:PORT"):
        NamedPlaces.of("http", "shop.test", 80, [], [text])


PUBLIC, INSIDE = "93.184.216.34", "127.0.0.1"


@pytest.mark.parametrize("later", [[INSIDE], ["169.254.169.254"], [PUBLIC, INSIDE], ["::ffff:10.0.0.1"], ["nonsense"]])
def test_a_named_host_that_was_public_at_first_is_not_followed_inside(later):
    named = NamedPlaces.of("http", "Shop.test", 80, ["cdn.test"], [])
    for host in ("shop.test", "cdn.test"):
        assert named.first_refused(host, 80, [PUBLIC]) == ""
        assert named.first_refused(f"{host}.", 80, later) == later[-1]
        assert named.first_refused(host, 443, later) == later[-1]
        assert named.first_refused(host, 80, ["8.8.8.8"]) == ""


def test_an_answer_that_is_private_in_part_makes_no_host_a_private_one():
    named = NamedPlaces.of("http", "shop.test", 80, [], [])
    assert named.first_refused("shop.test", 80, [PUBLIC, INSIDE]) == INSIDE
    assert named.first_refused("shop.test", 80, [INSIDE]) == INSIDE


def test_a_named_host_that_was_private_at_first_may_be_so_on_its_ports():
    named = NamedPlaces.of("http", "shop.test", 8000, [], [])
    assert named.first_refused("shop.test", 8000, []) == ""
    assert named.first_refused("shop.test", 8000, [INSIDE]) == ""
    assert named.first_refused("shop.test", 8000, [PUBLIC]) == ""
    assert named.first_refused("shop.test", 8000, ["10.0.0.1", PUBLIC]) == ""
    assert named.first_refused("shop.test", 22, [INSIDE]) == INSIDE
    assert named.first_refused("other.test", 8000, [INSIDE]) == INSIDE


def test_what_is_looked_up_without_an_answer_is_not_private_yet():
    named = NamedPlaces.of("http", "shop.test", 80, [], [])
    assert named.first_refused("shop.test", 80, []) == ""
    assert named.first_refused("shop.test", 80, [PUBLIC]) == ""
    assert named.first_refused("shop.test", 80, [INSIDE]) == INSIDE


def test_what_is_allowed_by_name_may_become_private():
    named = NamedPlaces.of("http", "shop.test", 80, [], ["shop.test:80"])
    assert named.first_refused("shop.test", 80, [PUBLIC]) == ""
    assert named.first_refused("shop.test", 80, [PUBLIC, INSIDE]) == ""
    assert named.first_refused("shop.test", 443, [INSIDE]) == INSIDE
