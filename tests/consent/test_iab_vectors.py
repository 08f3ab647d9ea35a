import pytest

from cookiegate.consent.iab.gpp import Gpp
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.consent.iab.us_privacy import UsPrivacy
from cookiegate.model import OPTIONAL, RequestHead

SOURCES = {"iab-tcf": Tcf(), "iab-gpp": Gpp(), "us-privacy": UsPrivacy()}


@pytest.mark.parametrize(("cmp", "count"), [("iab-tcf", 12), ("iab-gpp", 8), ("us-privacy", 5)])
def test_shared_vectors_read_as_expected(shared_json, cmp: str, count: int) -> None:
    vectors = [vector for vector in shared_json("consent-vectors.json") if vector["cmp"] == cmp]
    assert len(vectors) >= count
    for vector in vectors:
        cookie = f"a=1; {vector['cookie_name']}={vector['cookie_value']}; z=9".encode()
        consent = SOURCES[cmp](RequestHead(cookie=cookie))
        expect = vector["expect"] or dict.fromkeys(OPTIONAL)
        granted = consent.granted if consent else frozenset()
        assert {name: name in granted for name in OPTIONAL} == {name: expect[name] is True for name in OPTIONAL}
        if vector["explicit"] is not None:
            assert consent is not None
            assert consent.explicit is vector["explicit"]
