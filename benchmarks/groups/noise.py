"""A thing against itself: how far from 1 this machine's ratios stray by themselves."""

from collections.abc import Iterator

from benchmarks.contest import Pace, compete, quartiles
from benchmarks.result import Row
from benchmarks.serving import asgi_loop, asgi_noop, raw_asgi

__all__ = ["noise"]


def noise(pace: Pace) -> Iterator[Row]:
    """Measure two apps that are the same."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
    rounds = compete(
        pace, {"one": asgi_loop(asgi_noop(raw_asgi(headers))), "same": asgi_loop(asgi_noop(raw_asgi(headers)))}
    )
    yield Row(
        what="no-op middleware, raw ASGI",
        against="itself",
        figure=quartiles(rounds, lambda one: one["one"] / one["same"]),
    )
