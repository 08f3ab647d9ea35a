"""What the gate says of a line beside what a browser does with it, raw and gated.

Each line is tried on up to three hosts of one case: `raw` gets it as it is, `gated` what leaves the gate, and `plant`,
for deletions, only the cookie that is to be deleted. What the browser sends back is the truth; its jar says the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from wsgiref.util import setup_testing_defaults

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.decision import Decision
from cookiegate.model import Action, Reason, SameSite
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

PLANTED = b"planted"
ROUNDING_S = 1
"""Firefox keeps an expiry in milliseconds and tells it in whole seconds, rounded."""
NECESSARY = ("ok", "week", "sid", "tab", "pinned")
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="week", category=Category.NECESSARY, lifetime=parse_lifetime("7 days")),
        CookieRule(name="sid", category=Category.NECESSARY, http_only=True, host_only=True, secure=True),
        CookieRule(name="tab", category=Category.NECESSARY, lifetime=parse_lifetime("session")),
        CookieRule(name="pinned", category=Category.NECESSARY, same_site=SameSite.NONE),
        CookieRule(name="ia_*", category=Category.MARKETING),
        CookieRule(name="st", category=Category.STATISTICS),
    ]
)
EVERYTHING = Consent({"preferences", "statistics", "marketing"})
SETUPS: dict[str, dict[str, object]] = {
    "default": {},
    "unregistered kept": {"unregistered": "keep"},
    "strict values": {"unregistered": "keep", "strict_values": True},
    "refused expired": {"refused": "expire", "unregistered": "keep"},
    "refused to session": {"refused": "session"},
    "tightest": {
        "unregistered": "keep", "secure": "always", "same_site": "strict", "host_only": True, "max_lifetime": "1 day",
    },
    "all granted": {"consent": lambda head: EVERYTHING, "unregistered": "keep"},
}  # fmt: skip
REFUSING = tuple(name for name in SETUPS if name not in ("refused to session", "all granted"))
GATES = {
    name: CookieGate(registry=REGISTRY, **{"consent": lambda head: None, **given}) for name, given in SETUPS.items()
}
GENEROUS = {
    name: CookieGate(registry=REGISTRY, **{**given, "consent": lambda head: EVERYTHING})
    for name, given in SETUPS.items()
}


@dataclass(frozen=True, slots=True)
class Case:
    """One line, `<host>` and `<parent>` in it, and the gate that it goes through."""

    line: bytes
    setup: str = "default"
    is_https: bool = False
    is_asgi: bool = False
    source: str = "generated"
    written: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Where browsers differ: what each does with the raw line, in the words of `Seen.told`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One cookie of the browser's jar; `expires_s` is `None` for the browser session."""

    name: bytes
    value: bytes
    domain: str
    path: str
    expires_s: float | None
    secure: bool
    http_only: bool
    same_site: str
    partitioned: bool | None
    """`None`: the browser does not tell."""


class Browser(Protocol):
    """What a browser must be able to do."""

    name: str

    def ask(self, page: str, urls: Sequence[str]) -> None:
        """From a page, ask for each URL with the cookies that belong to it, all at once, and wait for the answers."""

    def jar(self) -> list[Stored]:
        """Return every cookie there is."""

    def clear(self) -> None:
        """Forget the cookies; Firefox keeps those whose name is no UTF-8, so no host is used twice."""


@dataclass(slots=True)
class Seen:
    """What one host of a case got and what the browser made of it."""

    host: str
    line: bytes
    sent: list[bytes] = field(default_factory=list)
    """The pairs that came back to the path that set them."""
    sent_elsewhere: list[bytes] = field(default_factory=list)
    jar: list[Stored] = field(default_factory=list)

    def pairs(self) -> list[bytes]:
        """Return what came back, wherever it was asked, without what was planted."""
        return [pair for pair in dict.fromkeys(self.sent + self.sent_elsewhere) if not pair.endswith(PLANTED)]

    def told(self) -> tuple[str, ...]:
        """Say what came back, `planted` where the line was refused, nothing where it deleted that, and for how long."""
        lasting = {cookie.name for cookie in self.jar if cookie.expires_s is not None}
        pairs = [pair for pair in self.sent if not pair.endswith(PLANTED)] or ["planted"] * bool(self.sent)
        return tuple(
            pair if isinstance(pair, str)
            else pair.decode("latin-1") + " (persistent)" * (pair.partition(b"=")[0] in lasting)
            for pair in pairs
        )  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """A case, what the gate decided and what was seen."""

    case: Case
    decision: Decision
    raw: Seen
    gated: Seen
    plant: Seen | None
    browser: str = ""
    began_s: float = 0.0
    ended_s: float = 0.0
    read_s: float = 0.0
    """The lines were asked for between the first two. What expires before the third may be gone from the jar."""


def on_host(line: bytes, host: str) -> bytes:
    parent = host.partition(".")[2]
    return line.replace(b"<host>", host.encode()).replace(b"<parent>", parent.encode())


def through(gate: CookieGate, line: bytes, *, is_https: bool, is_asgi: bool) -> tuple[list[bytes], Decision]:
    """Send one line through an adapter: the Set-Cookie lines that leave, and what was decided of it."""
    scheme = "https" if is_https else "http"
    if is_asgi:
        sent: list[dict[str, object]] = []
        scope: dict[str, object] = {"type": "http", "scheme": scheme, "headers": []}

        async def app(scope: object, receive: object, send: Callable[[object], object]) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", line)]})

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        running = AsgiGate(app, gate)(scope, None, send)
        with suppress(StopIteration):
            running.send(None)
        lines = [value for name, value in sent[0]["headers"] if name == b"set-cookie"]
        return lines, scope["cookiegate"].decisions[0]
    environ: dict[str, object] = {"wsgi.url_scheme": scheme}
    setup_testing_defaults(environ)
    started: list[list[tuple[str, str]]] = []

    def site(environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Set-Cookie", line.decode("latin-1"))])
        return []

    WsgiGate(site, gate)(environ, lambda status, headers, exc_info=None: started.append(headers))
    lines = [value.encode("latin-1") for name, value in started[0] if name.lower() == "set-cookie"]
    return lines, environ["cookiegate.handle"].decisions[0]


def planting(line: bytes) -> bytes:
    """Return the line that sets, in the same place, the cookie that a line is to delete."""
    pair, _, rest = line.partition(b";")
    name, equals, _ = pair.partition(b"=")
    kept = [
        piece
        for piece in rest.split(b";")
        if piece.partition(b"=")[0].strip(b" \t").lower() not in (b"expires", b"max-age")
    ]
    return b";".join([(name if equals else b"") + b"=" + PLANTED, *kept])


def prepare(case: Case, number: int, site: str) -> tuple[Outcome, dict[str, list[bytes]]]:
    """Send a case through the gate: what is known of it before the browser is asked, and the lines of each host."""
    raw_host, gated_host, plant_host = (f"w.c{number}{kind}.{site}" for kind in ("r", "g", "p"))
    raw_line, line = on_host(case.line, raw_host), on_host(case.line, gated_host)
    lines = {raw_host: [on_host(planting(case.line), raw_host), raw_line]}
    leaving, decision = through(GATES[case.setup], line, is_https=case.is_https, is_asgi=case.is_asgi)
    plant = None
    if is_deletion(decision):
        generous = GENEROUS[case.setup]
        for host in (gated_host, plant_host):
            planted = on_host(planting(case.line), host)
            lines[host] = through(generous, planted, is_https=case.is_https, is_asgi=case.is_asgi)[0]
        plant = Seen(plant_host, b"")
        lines[gated_host] += leaving
    else:
        lines[gated_host] = leaving
    return Outcome(case, decision, Seen(raw_host, raw_line), Seen(gated_host, line), plant), lines


def is_deletion(decision: Decision) -> bool:
    """Tell whether the gate says that the cookie is deleted."""
    return decision.after is not None and (decision.reason is Reason.DELETION or decision.action is Action.EXPIRE)


def try_out(cases: Iterable[Case], browser: Browser, site, number: int, now: Callable[[], float]) -> list[Outcome]:
    """Try a few cases in the browser, on hosts of one site that no other batch uses."""
    name = f"b{number}.localhost"
    outcomes, hosts = [], {}
    for place, case in enumerate(cases):
        outcome, lines = prepare(case, place, name)
        outcomes.append(outcome)
        hosts |= lines
    site.forget()
    site.lines = hosts
    began_s = now()
    page = site.origin_of(name) + "/"
    browser.ask(page, [site.origin_of(host) + site.setting for host in hosts])
    ended_s = now()
    browser.ask(page, [site.origin_of(host) + path for host in hosts for path in site.reading])
    jar = browser.jar()
    read_s = now() + ROUNDING_S  # Firefox lists, for a moment, what has expired and is not sent any more
    jar = [cookie for cookie in jar if cookie.expires_s is None or cookie.expires_s > read_s]
    browser.clear()
    for outcome in outcomes:
        outcome.browser, outcome.began_s, outcome.ended_s, outcome.read_s = browser.name, began_s, ended_s, read_s
        for seen in filter(None, (outcome.raw, outcome.gated, outcome.plant)):
            seen.sent, seen.sent_elsewhere = (
                [pair for pair in site.came[seen.host, path].split(b"; ") if pair] for path in site.reading
            )
            domains = {seen.host, seen.host.partition(".")[2]}
            seen.jar = [cookie for cookie in jar if cookie.domain.removeprefix(".") in domains]
    return outcomes
