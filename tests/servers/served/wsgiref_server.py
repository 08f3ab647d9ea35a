"""Serves the WSGI app with the standard library's server, a thread for each connection: `wsgiref_server.py PORT`."""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from wsgi_site import app


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), app, server_class=Server).serve_forever()
