"""One page as its scripts have drawn it, within the audit's guard rails.

Law: nothing is clicked, and no profile is kept.
"""

from urllib.parse import urlsplit

from cookiegate.audit.browser.addresses import NamedPlaces
from cookiegate.audit.browser.launching import find_browser, running
from cookiegate.audit.browser.profile import NotOpened, Profile
from cookiegate.audit.browser.proxy import Proxy
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.text import shown_url

__all__ = ["read_rendered"]


def read_rendered(url: str, settings: BrowserSettings | None = None) -> str:
    """Return the HTML of a page after its scripts have run. Raises: `Unreadable`."""
    settings = settings or BrowserSettings()
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Unreadable("the address can't be read; write it like https://example.com/") from None
    path = find_browser(settings.browser_path)
    named = NamedPlaces.of(parts.scheme, host, port, (), settings.allowed)

    def may_open(address: str) -> bool:
        there = urlsplit(address)
        return there.scheme in ("http", "https") and (there.hostname or "").lower() == host

    with (
        Proxy(named, settings.resolve, settings.megabytes * 1_000_000) as proxy,
        running(path, proxy.server, has_sandbox=settings.has_sandbox) as launcher,
    ):
        profile = Profile(launcher.browser(), Recorder(may_open), settings, may_open)
        try:
            profile.open(url)
            html: str = profile.page.content()
        except NotOpened as error:
            raise Unreadable(f"{shown_url(url)}: {error}") from None
        finally:
            profile.close()
    return html
