"""Check what an adapter wraps."""

from cookiegate.errors import ConfigError

__all__ = ["check_app"]

_CLIENTS = (
    "starlette.testclient", "litestar.testing", "flask.testing", "quart.testing", "werkzeug.test", "httpx", "webtest",
    "django.test", "falcon.testing", "requests",
)  # fmt: skip


def check_app(app: object) -> None:
    """Refuse a test client, which has the signature of an app.

    Raises: `ConfigError`.
    """
    kinds = type(app).__mro__
    if any(kind.__module__.startswith(_CLIENTS) and kind.__name__.endswith("Client") for kind in kinds):
        problem = f"is a test client ({kinds[0].__name__}), no app"
        fix = "wrap the app in the gate, and make the client of what is wrapped"
        raise ConfigError([f"CookieGateMiddleware: app: {problem}; {fix}"])
