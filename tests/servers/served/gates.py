"""The site's gates, for both protocols: the path's first segment names the one that a request passes, or none."""

from cookiegate import Category, CookieGate, CookieRule, Registry

__all__ = ["BODY", "GATES", "LEGEND", "OK", "REFUSED"]

REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
GATES = {
    "gated": CookieGate(registry=REGISTRY),  # the fast path
    "strict": CookieGate(registry=REGISTRY, strict_values=True, observer=lambda decision: None),  # the general path
}
OK = ("Set-Cookie", "ok=1; Path=/; SameSite=Lax")
REFUSED = ("Set-Cookie", "ia_mkt_source=x; Path=/; SameSite=Lax")
BODY = b"the whole body, from its first to its last octet"
LEGEND = [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))]
