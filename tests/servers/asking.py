"""One row of the table: a server with one version of HTTP, and how to ask it."""

from functools import partial

__all__ = ["Row"]

SILENT = ("daphne", "hypercorn, HTTP/2")
"""After an error of the app these keep a client waiting; the others answer or close."""


class Row:
    """A running server under its name in the table."""

    def __init__(self, name, protocol, http, server, wire, wire_http2):
        self.name = name
        self.protocol = protocol
        self.http = http
        self.server = server
        self._wire = wire
        self._wire_http2 = wire_http2

    def is_over(self, path):
        """Return a function that tells whether the app has raised at a path since now, and nothing more will come.

        Of a silent server: once it has answered others since, all that it had to say is sent.
        """
        before = self.server.raised(path)
        answers = []

        def ask():
            if self.name in SILENT and not answers and self.server.raised(path) > before:
                answers.extend(self.server.greeting() for _ in range(2))
            return bool(answers)

        return ask

    def ask(self, path, *fields, then=None, method="GET", is_sure=False):
        """Ask for a path, then for another on the same connection if it stays open; return an answer to each.

        Without `then` the connection is to be closed, and all octets up to its end are the answer's. `is_sure`: an
        answer comes even if the app raises, however late.
        """
        is_over = (lambda: False) if is_sure else self.is_over(path)
        wire = self._wire
        if self.http == 2:
            requests = [(path, method, fields), *([(then, "GET", ())] if then else [])]
            received = partial(wire.received, is_over=is_over)
            none = wire.Answer(b"", b"", b"", is_whole=False)
            asked = self._wire_http2.ask(self.server.port, requests, received, wire.Answer)
            answers = [*asked, none]
            return answers[:2] if then else answers[0]
        written = [f"{name}: {value}" for name, value in fields]
        with wire.connected(self.server.port, is_over) as reader:
            if then is None:
                answer = reader.ask(wire.request(path, *written, method=method, close=True), is_head=method == "HEAD")
                reader.rest()
                answer.octets = reader.octets
                return answer
            first = reader.ask(wire.request(path, *written, method=method), is_head=method == "HEAD")
            if not first.keeps_alive:
                return first, None
            second = reader.ask(wire.request(then, close=True))
            reader.rest()
            second.octets = reader.octets[len(first.octets) :]
            return first, second

    def hang_up(self, path, length):
        """Over HTTP/2, ask for a path and close once so many octets of the body came; return its head and how many."""
        received = partial(self._wire.received, is_over=lambda: False)
        return self._wire_http2.hang_up(self.server.port, path, length, received)
