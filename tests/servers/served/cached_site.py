"""The site behind the caches, for both protocols: its gates, and its pages.

A path is `/protocol/gate/page/anything`; each `anything` is a page of its own to a cache. Every page asks shared caches
to keep it for an hour.
"""

from gates import REGISTRY

from cookiegate import Consent, CookieGate
from cookiegate.consent import CookieConsentStatus, OwnConsent, first_of

__all__ = ["GATES", "page"]

SWITCH = {"is_on": False}


def by_country(head):
    return {"marketing"} if head.header(b"cf-ipcountry") == [b"US"] else set()


def by_region(head):
    """Look at a second field only where the first one says so."""
    if head.header(b"cf-ipcountry") != [b"US"]:
        return set()
    return {"marketing"} if head.header(b"cf-region-code") == [b"TX"] else set()


def by_signal(head):
    return set() if head.has_signal(b"x-eu") else {"marketing"}


def by_all_fields(head):
    return {"marketing"} if (b"cf-ipcountry", b"US") in head.headers else set()


def by_scheme(head):
    return {"marketing"} if head.scheme == "http" else set()


def by_method(head):
    return {"marketing"} if head.method == "GET" else set()


def by_path(head):
    return {"marketing"} if head.path.startswith("/asgi/") or head.path.startswith("/wsgi/") else set()


def by_switch(head):
    """Look at nothing of the request."""
    return {"marketing"} if SWITCH["is_on"] else set()


def from_field(head):
    """Read consent from a field that the site's own proxy sets."""
    match head.header(b"x-consent"):
        case [b"all"]:
            return Consent({"marketing"}, source="x-consent")
        case [_]:
            return Consent(set(), source="x-consent")
    return None


def from_cookie_by_hand(head):
    """Read a cookie, but not by a source of cookiegate."""
    return Consent({"marketing"}) if b"ours=all" in head.cookie else None


class FieldFirst(OwnConsent):
    """A kind of the own source that looks at a field as well."""

    def __call__(self, head):
        return from_field(head) or super().__call__(head)


SETTINGS = {
    "usual": {},
    "dnt": {"do_not_track": True},
    "status": {"consent": CookieConsentStatus(), "do_not_track": True},
    "granted": {"default_consent": {"marketing"}, "do_not_track": True},
    "country": {"default_consent": by_country},
    "region": {"default_consent": by_region},
    "signal": {"default_consent": by_signal},
    "headers": {"default_consent": by_all_fields},
    "scheme": {"default_consent": by_scheme},
    "method": {"default_consent": by_method},
    "path": {"default_consent": by_path},
    "switch": {"default_consent": by_switch},
    "function": {"consent": from_field},
    "by-hand": {"consent": from_cookie_by_hand},
    "first": {"consent": first_of(OwnConsent(), from_field)},
    "subclass": {"consent": FieldFirst()},
}
GATES = {
    f"{name}-{shared}": CookieGate(registry=REGISTRY, shared_caches=shared, **settings)
    for name, settings in SETTINGS.items()
    for shared in ("private", "vary", "keep")
}


def page(kind, handle, cookie):
    """Return the header fields and the body of a page."""
    fields = [("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=3600")]
    optional = [("Set-Cookie", "ia_mkt_source=x; Path=/; SameSite=Lax")]
    match kind:
        case "plain":
            return fields, b"the same for all"
        case "sets":  # an optional cookie, and nothing else that differs
            return fields + optional, b"the same for all"
        case "asks":  # what is granted
            return fields, b"tracked" if handle.allows("marketing") else b"untracked"
        case "sets-and-asks":
            return fields + optional, b"tracked" if "marketing" in handle.consent.granted else b"untracked"
        case "reads":  # a cookie, which the gate may have hidden, and says so as it should
            return [*fields, ("Vary", "Cookie")], b"tracked" if b"ia_mkt_source=" in cookie else b"untracked"
        case "switch-on" | "switch-off":
            SWITCH["is_on"] = kind == "switch-on"
            return [("Cache-Control", "no-store")], kind.encode()
    raise ValueError(f"there is no page {kind!r}")
