"""One phase with a profile and a clicker made by hand: what is noted where something can't be clicked or loaded."""

import pytest

from cookiegate.audit.browser.clicking import Found
from cookiegate.audit.browser.evidence import Control
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.browser.profile import NotOpened
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.browser.visit import Visit
from cookiegate.audit.links import Page

START = "http://shop.test/"


class Profile:
    def __init__(self, failing=()):
        self.recorder = Recorder(lambda _: True)
        self.page = self
        self.failing = list(failing)
        self.html = ""
        self.began_at = 0.0
        self.missed = {}

    def open(self, url):
        if self.failing and self.failing.pop(0):
            raise NotOpened("answers 500")
        return Page()

    def after_s(self):
        return 1.0

    def shot(self, label, shots, limit):
        """Take no picture."""

    def jar(self, now):
        return ()

    def names(self):
        return ()

    def forget(self):
        self.recorder.forget()

    def keys(self):
        return ()

    def settle(self):
        """Wait for nothing."""


class Clicker:
    """Finds what it is given, by role; `stays`: the banner is still there after a click."""

    def __init__(self, *, can_click=True, stays=False, api="", in_place=True, **found):
        self.found, self.can_click, self.stays, self.api, self.in_place = found, can_click, stays, api, in_place
        self.clicked = []

    def _of(self, role):
        name = self.found.get(role)
        return None if name is None else Found(None, Control(role, name, "its name", 1))

    def accept(self):
        return None if self.clicked and not self.stays else self._of("accept")

    def reject(self):
        return self._of("reject")

    def second_layer(self):
        return self._of("second")

    def way_back(self):
        return self._of("back")

    def is_in_place(self, found):
        return self.in_place

    def click(self, found):
        self.clicked.append(found.control.name)
        return self.can_click

    def withdraw(self):
        return self.api


class Pages:
    def __init__(self, *known, over=()):
        self._known, self._over = list(known or (START,)), list(over)

    def known(self):
        return self._known

    def found(self, page, read, content):
        """Take no link."""

    def may_go_on(self):
        return "the time is over" if self._over and self._over.pop(0) else ""

    def refused(self):
        return ()

    def others(self, seen):
        return seen


def visit(phase, clicker=None, pages=None, failing=(), **settings):
    kept = []
    made = Visit(
        phase, Profile(failing), clicker or Clicker(), BrowserSettings(**settings), pages or Pages(), kept.append
    )  # fmt: skip
    return made, kept


def missed(found):
    return [(each.subject, each.is_whole) for each in found.missed]


def test_a_phase_without_time_has_seen_nothing():
    found = visit(Phase.BEFORE, pages=Pages(over=[True]))[0].look()
    assert (found.is_finished, missed(found), found.pages) == (False, [(START, True)], ())
    again = visit(Phase.BEFORE, pages=Pages(over=[True]))[0].look(frozenset({START}))
    assert missed(again) == [(START, False)]
    over = visit(Phase.WITHDRAW, pages=Pages(over=[True]))[0].withdraw()
    assert (over.is_finished, missed(over)) == (False, [("the withdrawal", False)])


def test_pages_that_were_seen_before_are_left_out_and_others_are_kept():
    made, kept = visit(Phase.BEFORE, pages=Pages(START, START + "a", START + "b"))
    found = made.look(frozenset({START + "a"}))
    assert found.pages == (START, START + "b")
    assert [each.is_finished for each in kept] == [False, False]


@pytest.mark.parametrize("phase", [Phase.REJECT, Phase.ACCEPT])
def test_without_a_button_nothing_is_of_the_phase(phase):
    found = visit(phase)[0].look()
    assert missed(found) == [(f"the button to {phase}", False)]
    assert f"name it with --{phase}-selector" in found.missed[0].what
    assert (found.pages, found.has_banner) == ((), False)


def test_a_button_that_can_t_be_clicked_is_told():
    found = visit(Phase.ACCEPT, Clicker(accept="Yes", can_click=False))[0].look()
    assert "'Yes' (found by its name) can't be clicked" in found.missed[0].what
    assert found.has_banner


def test_a_banner_that_stays_is_told_and_the_phase_goes_on():
    found = visit(Phase.REJECT, Clicker(accept="Yes", reject="No", stays=True))[0].look()
    assert missed(found) == [("the banner", False)]
    assert [control.name for control in found.controls] == ["Yes", "No"]
    assert found.pages == (START,)


def test_the_second_layer_is_taken_where_the_first_has_nothing():
    clicker = Clicker(accept="Yes", second="Save")
    visit(Phase.REJECT, clicker)[0].look()
    assert clicker.clicked == ["Save"]


def test_a_page_that_fails_after_the_choice_is_told():
    found = visit(Phase.ACCEPT, Clicker(accept="Yes"), failing=[False, True])[0].look()
    assert missed(found) == [(START, True)]
    found = visit(Phase.ACCEPT, Clicker(accept="Yes"), failing=[False, False, True])[0].look()
    assert found.has_way_back is None
    found = visit(Phase.WITHDRAW, Clicker(api="OneTrust"), failing=[True])[0].withdraw()
    assert missed(found) == [(START, True)]


def test_a_withdrawal_uses_the_api_or_the_way_back():
    made = visit(Phase.WITHDRAW, Clicker(api="OneTrust"))[0]
    assert made.withdraw().steps[0].what == "withdrew by OneTrust's own function"
    clicker = Clicker(back="Cookie settings", reject="No")
    assert missed(visit(Phase.WITHDRAW, clicker)[0].withdraw()) == []
    assert clicker.clicked == ["Cookie settings", "No"]
    clicker = Clicker(back="x", api="OneTrust")
    assert missed(visit(Phase.WITHDRAW, clicker, withdraw_selector="#x")[0].withdraw()) == []
    assert clicker.clicked == ["x"]


@pytest.mark.parametrize(
    "clicker",
    [
        Clicker(),
        Clicker(back="x", in_place=False, reject="No"),
        Clicker(back="x", reject="No", can_click=False),
        Clicker(back="x"),
    ],
)
def test_a_withdrawal_that_is_not_possible_is_told(clicker):
    found = visit(Phase.WITHDRAW, clicker)[0].withdraw()
    assert found.missed[-1].subject == "the withdrawal"
    assert found.pages == ()


def test_the_timeline_is_bounded(monkeypatch):
    monkeypatch.setattr("cookiegate.audit.browser.visit._MAX_STEPS", 1)
    made, _ = visit(Phase.BEFORE)
    made.note("a")
    made.note("b")
    assert [step.what for step in made.steps] == ["a"]
