"""Real browsers in what takes several steps: an old Date, taking cookies back out, moving the consent cookie."""

from cookiegate import RequestHead
from cookiegate.consent import OwnConsent


def test_old_date_does_not_outlast_the_limit(trial, promise):
    promise("Browsers", "an old Date makes no cookie outlast its limit", trial.browser)
    kept = trial.old_dates
    assert (kept["raw3"], kept["raw30"]) == (103, 130)  # the trick works without the gate
    assert (kept["gated3"], kept["gated30"]) == (3, 7)


def test_refused_cookies_of_the_browser_are_hidden_and_deleted(trial, promise):
    promise("Browsers", "refused cookies from before are hidden and deleted", trial.browser)
    assert [each.line for each in trial.taken_back if each.came.count(b"=") != 2] == []
    assert [(each.line, each.seen) for each in trial.taken_back if each.seen != b"ok=1"] == []
    assert [(each.line, each.left) for each in trial.taken_back if each.left != b"ok=1"] == []


def test_choice_after_the_consent_cookie_was_moved_is_the_only_one_left(trial, promise):
    promise("Browsers", "a moved consent cookie leaves no older choice behind", trial.browser)
    for each in trial.moved:
        assert each.came.count(b"v=1&c=&") == 1, each.old  # the old refusal was there
        assert each.left.count(b"v=1&c=") == 1, each.old
        consent = OwnConsent(**each.settings)(RequestHead(cookie=each.left))
        assert consent is not None
        assert consent.granted == {"marketing"}, each.old
