"""Pyramid: a signed session with its flash queue, CSRF required of every form, `auth_tkt` for the login, `_LOCALE_`."""

from pyramid.authentication import AuthTktCookieHelper
from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.security import forget, remember
from pyramid.session import SignedCookieSessionFactory

from cookiegate import current
from cookiegate.wsgi import CookieGateMiddleware

produced = []
VIEWS = []


def view(path, method="GET"):
    def note(function):
        VIEWS.append((path, method, function))
        return function

    return note


class Security:
    def __init__(self):
        self.helper = AuthTktCookieHelper("t" * 32, hashalg="sha512")

    def identity(self, request):
        return self.helper.identify(request)

    def authenticated_userid(self, request):
        return (self.identity(request) or {}).get("userid")

    def permits(self, request, context, permission):
        return True

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


@view("/count")
def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return Response(str(request.session["count"]))


@view("/notice", "POST")
def notice(request):
    request.session.flash(request.POST["text"])
    return HTTPSeeOther("/notices")


@view("/notices")
def notices(request):
    return Response("\n".join(request.session.pop_flash()))


@view("/form")
def form(request):
    return Response(f'<form><input type="hidden" name="csrf_token" value="{get_csrf_token(request)}"></form>')


@view("/form", "POST")
def save(request):
    return Response(f"saved: {request.POST['text']}")


@view("/login", "POST")
def login(request):
    request.response.headers.extend(remember(request, request.POST["name"]))
    request.response.text = "welcome"
    return request.response


@view("/me")
def me(request):
    return Response(request.authenticated_userid or "nobody")


@view("/logout", "POST")
def logout(request):
    request.session.invalidate()
    request.response.headers.extend(forget(request))
    request.response.text = "bye"
    return request.response


@view("/language", "POST")
def set_language(request):
    response = Response("ok")
    response.set_cookie("_LOCALE_", request.POST["language"], max_age=86400)
    return response


@view("/hello")
def hello(request):
    return Response("Hallo" if request.locale_name == "de" else "Hello")


@view("/offer")
def offer(request):
    request.response.set_cookie("ia_stat_id", "s1", max_age=3600)
    request.response.set_cookie("ia_mkt_source", "ad")
    request.response.text = "offered"
    return request.response


@view("/seen")
def seen(request):
    return Response(",".join(sorted(request.cookies)))


@view("/consent", "POST")
def choose(request):
    handle = current(request)
    handle.choose(request.POST["categories"].split())
    return Response(",".join(sorted(handle.consent.granted)))


@view("/withdraw", "POST")
def withdraw(request):
    current(request).withdraw()
    return Response("withdrawn")


@view("/download")
def download(request):
    def lines():
        for number in range(5):
            produced.append(number)
            yield f"{number}\n".encode()

    response = Response(app_iter=lines(), content_disposition="attachment; filename=n.txt")
    response.set_cookie("ia_mkt_source", "ad")
    return response


def make(gate):
    with Configurator(
        session_factory=SignedCookieSessionFactory("s" * 32), settings={"pyramid.default_locale_name": "en"}
    ) as config:
        config.set_security_policy(Security())
        config.set_default_csrf_options(require_csrf=True)
        for path, method, function in VIEWS:
            name = f"{method} {path}"
            config.add_route(name, path, request_method=method)
            config.add_view(function, route_name=name)
        app = config.make_wsgi_app()
    return app if gate is None else CookieGateMiddleware(app, gate=gate)
