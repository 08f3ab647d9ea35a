"""The slow model and the gate agree, in one process, over many visits; and the model would see a gate that fails."""

import pytest

from cookiegate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware

VISITS = 1500


@pytest.fixture
def answer(site):
    """Send a visit through a gate in this process; returns the lines that leave and the cookies that the app saw."""

    def through(gate, visit):
        started, saw = [], []

        def app(environ, start_response):
            saw.append(environ.get("HTTP_COOKIE", "").encode("latin-1"))
            start_response("200 OK", [("Set-Cookie", line.decode("latin-1")) for line in visit.lines])
            return []

        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "HTTP_COOKIE": visit.cookie.decode("latin-1"),
            "wsgi.url_scheme": "https" if visit.is_https else "http",
            **({"HTTP_SEC_GPC": "1"} if visit.gpc else {}),
        }
        CookieGateMiddleware(app, gate)(environ, lambda status, headers: started.extend(headers))
        return [value.encode("latin-1") for name, value in started if name.lower() == "set-cookie"], saw[0]

    return through


@pytest.mark.parametrize("refused", ["drop", "session", "expire"])
def test_model_and_gate_agree(site, model, visits, answer, refused):
    gate = site.gate(refused=refused)
    for number in range(VISITS):
        visit = visits.visit(number, refused)
        left, saw = answer(gate, visit)
        before, after = visit.granted()
        wrong = model.differences(visit.lines, visit.cookie, after, left, is_https=visit.is_https, refused=refused)
        assert not wrong, (visit, left, wrong)
        assert model.seen(saw, set(model.OPTIONAL)) == model.seen(visit.cookie, before), visit


def test_visits_leave_and_hold_back_of_every_kind(model, visits):
    left = held_back = deleted = same = taken = 0
    for number in range(1000):
        visit = visits.visit(number)
        _, granted = visit.granted()
        wanted = model.expected(visit.lines, granted, is_https=visit.is_https)
        left += len(wanted)
        held_back += len(visit.lines) - len(wanted)
        deleted += sum(one.is_deletion for one in wanted)
        same += sum(one.octets is not None for one in wanted)
        taken += len(model.taken_back(visit.cookie, granted, [], is_https=True))
    assert min(left, held_back, deleted, same, taken) > 50


@pytest.mark.parametrize(
    "settings", [{"unregistered": "keep"}, {"secure": "keep"}, {"expire_refused": False}, {"revision": None}]
)
def test_model_sees_a_gate_that_is_set_otherwise(site, model, visits, answer, settings):
    gate = site.gate(**settings)
    wrong = 0
    for number in range(300):
        visit = visits.visit(number)
        left, _ = answer(gate, visit)
        wrong += bool(model.differences(visit.lines, visit.cookie, visit.granted()[1], left, is_https=visit.is_https))
    assert wrong


def test_model_sees_no_gate_at_all(model, visits):
    wrong = 0
    for number in range(100):
        visit = visits.visit(number)
        wrong += bool(
            model.differences(visit.lines, visit.cookie, visit.granted()[1], visit.lines, is_https=visit.is_https)
        )
    assert wrong > 50


def test_site_has_a_gate(site):
    assert isinstance(site.gate(), CookieGate)
