"""Django's way: a middleware changes the Morsels in `response.cookies`, and Django writes them out.

What a view put there was never text, so reading is not part of the work: the Morsels are made before the clock runs,
and each response gets copies of them, since they are changed in place. A line that an app or another middleware wrote
as a header by itself is out of this way's reach.
"""

from http.cookies import CookieError, Morsel

from benchmarks.peers.http_cookies import make_safe

__all__ = ["morsels", "with_morsels"]


def morsels(lines: list[bytes]) -> list[Morsel[str]]:
    """Return what a Django view would have put into `response.cookies`; a line that can't be put there is left out."""
    from django.http import SimpleCookie

    made: list[Morsel[str]] = []
    for line in lines:
        try:
            made += SimpleCookie(line.decode("latin-1")).values()
        except CookieError:
            continue
    return made


def with_morsels(given: list[Morsel[str]], granted: frozenset[str]) -> list[bytes]:
    """Rewrite Morsels, and write them as Django's handler does."""
    safe = make_safe([morsel.copy() for morsel in given], granted)
    return [morsel.OutputString().encode("latin-1") for morsel in safe]
