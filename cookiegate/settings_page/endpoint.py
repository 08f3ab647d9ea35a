"""Answers the requests below the settings page's path, without IO: a request's values go in, an answer comes out.

Paths: `/` the page, `/api` registry and choice, `/banner` the banner alone, `/words` the texts that replace frames, the
scripts and style sheets, the guard's scripts.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle, head_of
from cookiegate.redaction import redacted
from cookiegate.settings_page.assets import ASSETS, asset, script
from cookiegate.settings_page.choice import Choice, Where, Word, read_choice
from cookiegate.settings_page.documents import Documents
from cookiegate.settings_page.exchange import Answer, PageRequest, Problem
from cookiegate.settings_page.language import Language
from cookiegate.settings_page.origin import check_same_origin, own_path, path_of_referer
from cookiegate.settings_page.recorder import ChoiceRecorder
from cookiegate.settings_page.shown_policy import ShownPolicy
from cookiegate.settings_page.state import State, read_state, refused_by_signals

__all__ = ["Endpoint"]

_logger = logging.getLogger("cookiegate")

_METHODS = {
    "": ("GET", "HEAD"),
    "/api": ("GET", "HEAD", "POST", "DELETE"),
    "/banner": ("GET", "HEAD"),
    "/words": ("GET", "HEAD"),
    **dict.fromkeys(ASSETS, ("GET", "HEAD")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What answers for one settings page."""

    gate: CookieGate
    shown: ShownPolicy
    documents: Documents
    recorder: ChoiceRecorder | None
    content_security_policy: str

    def answer(self, request: PageRequest, handle: Handle) -> Answer:
        """Answer a request. Raises nothing for anything that a visitor, a script or another site sends."""
        method = head_of(handle).method
        try:
            return self._answer(method, request, handle).sent(method)
        except Problem as problem:
            return self._refusal(problem, request, handle).with_headers(*problem.headers).sent(method)

    def state(self, handle: Handle) -> State:
        """Read a visitor's choice."""
        return read_state(handle, self.gate, self.shown)

    def _answer(self, method: str, request: PageRequest, handle: Handle) -> Answer:
        path = request.path.removesuffix("/")
        found = script(self.gate, path)
        allowed = _METHODS.get(path) if found is None else _METHODS["/banner"]
        if allowed is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", "there is nothing at this path")
        allow = ("Allow", ", ".join((*allowed, "OPTIONS")))
        if method == "OPTIONS":
            return Answer.nothing(allow)
        if method not in allowed:
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", f"{method[:20]} can't be done here", (allow,)
            )
        if found is not None:
            return found
        if path in ASSETS:
            return asset(path, head_of(handle), is_development=compiled(self.gate).rules.notify.is_development)
        if method in ("POST", "DELETE"):
            return self._change(method, request, handle)
        return self._document(path, request, handle)

    def _document(self, path: str, request: PageRequest, handle: Handle) -> Answer:
        query = _query(request.query)
        language = self.documents.language(handle, query.get("language"))
        state = self.state(handle)
        if path == "/api":
            is_whole = query.get("part") != "choice"
            return Answer.json(self.documents.document(state, language) if is_whole else self.documents.choice(state))
        if path == "/words":
            return Answer.json(self.documents.words(language))
        if path == "/banner":
            return self._banner(state, language, request, query)
        site_page = self.documents.site_page(request.base)
        if site_page is not None:
            return Answer.see_other(site_page)
        is_saved = "saved" in query and state.is_chosen
        return self._html(self.documents.page(state, language, request.base, is_saved=is_saved))

    def _banner(self, state: State, language: Language, request: PageRequest, query: dict[str, str]) -> Answer:
        """Answer with the banner for a visitor who is to be asked, or who opens it; else with nothing."""
        is_opened = "open" in query and bool(self.shown.offered)
        if not (state.asks or is_opened):
            return self._html("")
        look = self.documents.look.changed(query)
        return self._html(self.documents.banner(state, language, request.base, look=look, is_opened=is_opened))

    def _change(self, method: str, request: PageRequest, handle: Handle) -> Answer:
        """Carry a choice out. It counts for this very response."""
        check_same_origin(head_of(handle))
        if method == "DELETE":
            choice = Choice(granted=frozenset(), word=Word.WITHDRAWN, where=Where.API, is_form=False)
        else:
            how_to_offer = compiled(self.gate).offering.how_to_offer
            choice = read_choice(request.content_type, request.body, self.shown.offered, how_to_offer)
        if choice.granted and choice.policy not in (None, self.shown.digest):
            raise Problem(
                HTTPStatus.CONFLICT,
                "policy-changed",
                "the policy has changed since; show the present one and ask again",
            )
        language = self.documents.language(handle, choice.language)
        refused = refused_by_signals(handle, self.gate, choice.granted)
        granted = choice.granted - refused.keys()  # the page says that these stay off: nobody consented to them
        handle.choose(granted)
        how = "gpc" if refused else choice.word.value
        is_asked_here = choice.where is not Where.API or choice.language is not None
        self._record(handle, granted, how, choice.where.value, language.tag if is_asked_here else None)
        if choice.is_form:
            return Answer.see_other(self._onward(choice, request, handle, language))
        return Answer.json(self.documents.choice(self.state(handle)))

    def _record(self, handle: Handle, granted: Iterable[str], how: str, where: str, language: str | None) -> None:
        if self.recorder is None:
            return
        try:
            self.recorder.record(id=handle.consent.id, granted=granted, how=how, where=where, language=language)
        except Exception as error:  # noqa: BLE001  # foreign code: a choice is honoured whatever happens to its proof
            what = redacted(str(error))
            _logger.error("settings page: a choice could not be recorded: %s: %s", type(error).__name__, what)

    def _onward(self, choice: Choice, request: PageRequest, handle: Handle, language: Language) -> str:
        """Return where the sender of a form goes: back to the site's page where the form was, or to our page."""
        if choice.where is Where.BANNER or choice.back is not None:
            back = own_path(choice.back) or path_of_referer(head_of(handle))
            if back is not None:
                return back if choice.where is Where.BANNER else f"{back.partition('#')[0]}#cookiegate-saved"
        return f"{request.base}/?saved&language={language.tag}"

    def _refusal(self, problem: Problem, request: PageRequest, handle: Handle) -> Answer:
        """Explain to a person, or to a program, why nothing was changed."""
        if not any(b"text/html" in value for value in head_of(handle).header(b"accept")):
            return Answer.json(problem.record(), status=problem.status)
        language = self.documents.language(handle, _query(request.query).get("language"))
        if problem.code == "policy-changed":
            notice = language.text("choice.meanwhile")
            html = self.documents.page(self.state(handle), language, request.base, is_saved=False, notice=notice)
        else:
            html = self.documents.problem(problem.code, language, request.base)
        return self._html(html, problem.status)

    def _html(self, html: str, status: int = 200) -> Answer:
        return Answer.page(html, self.content_security_policy, status=status)


def _query(text: str) -> dict[str, str]:
    """Read a query. One that can't be read is empty."""
    try:
        return dict(parse_qsl(text[:1024], keep_blank_values=True, errors="replace", max_num_fields=16))
    except ValueError:
        return {}
