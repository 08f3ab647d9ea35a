"""Real browsers in what takes several steps: an old Date, and taking refused cookies back out."""


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
