"""Django: contrib's sessions, messages, CSRF, auth and language view; no database, since users may live elsewhere.

Imported when the settings are there. The gate is in MIDDLEWARE, or around the application.
"""

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, user_logged_in
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import override_settings
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

SETTINGS = {
    "SECRET_KEY": "s" * 50,
    "ALLOWED_HOSTS": ["site.example", "testserver"],
    "ROOT_URLCONF": __name__,
    "INSTALLED_APPS": [
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "cookiegate.django",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "AUTHENTICATION_BACKENDS": [f"{__name__}.Members"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "LANGUAGES": [("en", "English"), ("de", "German")],
    "LANGUAGE_CODE": "en",
    "USE_TZ": True,
}  # fmt: skip
TWIN = "cookiegate.django.CookieGateMiddleware"

produced = []


class Members(BaseBackend):
    def authenticate(self, request, username=None):
        return User(pk=7, username=username)

    def get_user(self, user_id):
        return User(pk=user_id, username="anna")


def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(str(request.session["count"]))


def notice(request):
    messages.info(request, request.POST["text"])
    return HttpResponseRedirect("/notices")


def notices(request):
    return HttpResponse("\n".join(str(message) for message in messages.get_messages(request)))


@require_http_methods(["GET", "POST"])
def form(request):
    if request.method == "POST":
        return HttpResponse(f"saved: {request.POST['text']}")
    token = get_token(request)
    return HttpResponse(f'<form><input type="hidden" name="csrfmiddlewaretoken" value="{token}"></form>')


def log_in(request):
    login(request, authenticate(request, username=request.POST["name"]))
    return HttpResponse("welcome")


def me(request):
    return HttpResponse(request.user.get_username() or "nobody")


def log_out(request):
    logout(request)
    return HttpResponse("bye")


def hello(request):
    return HttpResponse("Hallo" if get_language() == "de" else "Hello")


def offer(request):
    response = HttpResponse("offered")
    response.set_cookie("ia_stat_id", "s1", max_age=3600)
    response.set_cookie("ia_mkt_source", "ad")
    return response


def seen(request):
    return HttpResponse(",".join(sorted(request.COOKIES)))


def choose(request):
    handle = current(request)
    handle.choose(request.POST["categories"].split())
    return HttpResponse(",".join(sorted(handle.consent.granted)))


def withdraw(request):
    current(request).withdraw()
    return HttpResponse("withdrawn")


def lines():
    for number in range(5):
        produced.append(number)
        yield f"{number}\n"


async def lines_async():
    for line in lines():
        yield line


def download(request):
    found = lines_async() if hasattr(request, "scope") else lines()
    response = StreamingHttpResponse(found, headers={"Content-Disposition": "attachment; filename=n.txt"})
    response.set_cookie("ia_mkt_source", "ad")
    return response


urlpatterns = [
    path("count", count), path("notice", notice), path("notices", notices), path("form", form), path("login", log_in),
    path("me", me), path("logout", log_out), path("language", set_language), path("hello", hello), path("offer", offer),
    path("seen", seen), path("consent", choose), path("withdraw", withdraw), path("download", download),
]  # fmt: skip


def make(gate, *, is_async, in_middleware):
    user_logged_in.disconnect(dispatch_uid="update_last_login")  # there is no database to write it to
    get_application, wrap = (get_asgi_application, AsgiGate) if is_async else (get_wsgi_application, WsgiGate)
    if gate is None:
        return get_application()
    if not in_middleware:
        return wrap(get_application(), gate=gate)
    with override_settings(MIDDLEWARE=[TWIN, *SETTINGS["MIDDLEWARE"]], COOKIEGATE=gate):
        return get_application()  # the middleware is made here, and keeps its gate
