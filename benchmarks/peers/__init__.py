"""The same rewriting, done as people do it today: with `http.cookies`, Werkzeug, Morsels, a regular expression.

Each drops a line whose category is not granted and makes a kept one safe: Secure, SameSite=Lax where there is none,
HttpOnly where the rule says so, no lifetime beyond the promise. Octets in, octets out, as in ASGI. Each is written to
be quick: the visitor's choice is handed to it (the gate reads it from the Cookie header, within the measured time),
names are classified by one look-up of the exact name, dates are remembered once they are read.

What none of them does, and the gate does all the same: refuse control octets and lines that browsers read
differently, keep shared caches off, log, warn of names that are not registered.
"""

from importlib.util import find_spec

from benchmarks.peers.contract import Peer, Rewrite, meaning
from benchmarks.peers.django import morsels, with_morsels
from benchmarks.peers.http_cookies import with_http_cookies
from benchmarks.peers.regular_expression import with_regular_expression
from benchmarks.peers.werkzeug import make_with_werkzeug

__all__ = ["Peer", "Rewrite", "meaning", "peers", "with_http_cookies"]


def peers() -> dict[str, Peer]:
    """Return every rival by its name."""
    found = [
        Peer("http.cookies", with_http_cookies),
        Peer("Werkzeug", make_with_werkzeug() if find_spec("werkzeug") else None),
        Peer("regular expression", with_regular_expression),
        Peer(
            "Django's Morsels",
            with_morsels if find_spec("django") else None,
            morsels,
            "it never reads a line: reaches only what views put into response.cookies",
        ),
    ]
    return {peer.name: peer for peer in found}
