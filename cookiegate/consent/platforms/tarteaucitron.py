"""tarteaucitron.js' `tarteaucitron`: `!service=true!other=false!third=wait`.

Source: https://tarteaucitron.io/ and AmauriC/tarteaucitron.js, tarteaucitron.js (cookie.create) and the `type` of
each service in tarteaucitron.services.js.
"""

from cookiegate.consent.decoding import decoded, tokens
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Tarteaucitron"]

USUAL_SERVICES: IdMapping = {
    "statistics": [  # type "analytic"
        *("analytics", "gajs", "gtag", "multiplegtag", "matomo", "matomocloud", "matomohightrack", "piwik"),
        *("atinternet", "xiti", "hotjar", "clarity", "crazyegg", "clicky", "etracker", "kameleoon", "visualrevenue"),
        *("abtasty", "contentsquare", "plausible", "koban", "getplus", "alexa", "woopra", "statcounter"),
    ],
    "marketing": [  # types "ads" and "social"
        *("facebookpixel", "googleadwordsconversion", "googleadwordsremarketing", "adsense", "criteo", "doubleclick"),
        *("linkedininsighttag", "bingads", "tiktok", "twitteruwt", "snapchat", "pinterestpixel", "hubspot"),
        *("facebook", "facebooklikebox", "facebookcomment", "twitter", "twittertimeline", "twitterembed", "linkedin"),
        *("addthis", "sharethis", "shareaholic", "addtoanyshare", "instagram", "pinterest"),
    ],
    "preferences": [  # types "video", "support" and "comment"
        *("youtube", "youtubeapi", "youtubeplaylist", "vimeo", "dailymotion", "disqus", "crisp", "zopim", "tawkto"),
    ],
}
"""Some services of the library, by its own types. Tag managers and fonts are left out: they say nothing."""

_PLATFORM = "tarteaucitron"
_STATES = {"true": True, "false": False, "wait": False}
_TRACKING_ID = "id"


class Tarteaucitron(OneCookieSource, reads_one_cookie=True):
    """Reads tarteaucitron's consent, which is given to services.

    `services`: what each of them is for, `{"gtag": "statistics"}`; a category is then granted if all of its services
    are accepted. Without it the library's usual services count. `cookie_name`: the site's `cookieName`.

    Explicit: at least one service was answered; if all of them `wait`, there is no signal. `!id=` is a tracking id
    and no service. The cookie has no time and no revision.

    A flat list: complete tokens count, a broken one grants nothing, a service with two states is unreadable; names
    are compared as a whole (the library itself takes `multiplegtag=true` for `gtag=true`). No octet makes `false`
    true. Not noticed, with the usual services only: a cut that leaves a whole refused service off, or a changed
    octet in its name.

    Raises: `ConfigError`.
    """

    __slots__ = ("_services",)

    def __init__(self, *, services: IdMapping | None = None, cookie_name: str = "tarteaucitron") -> None:
        arguments = ReaderArguments("Tarteaucitron")
        name = arguments.cookie_name(cookie_name)
        self._services = arguments.categories("services", services, USUAL_SERVICES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
        text = decoded(value)
        if not text.startswith("!"):
            raise ValueError("no list of services")
        states: dict[str, str] = {}
        for token in tokens(text, "!"):
            service, _, state = token.partition("=")
            if service and service != _TRACKING_ID and states.setdefault(service, state) != state:
                raise ValueError("contradictory states")
        if _STATES.keys().isdisjoint(states.values()):
            raise ValueError("no state")
        if not {"true", "false"} & set(states.values()):
            return None
        return Consent(
            self._services.granted({service: _STATES.get(state, False) for service, state in states.items()}),
            source=_PLATFORM,
        )
