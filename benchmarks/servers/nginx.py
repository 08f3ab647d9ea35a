"""nginx in front of an app, as people set it up for this: a plain proxy, and one that adds flags to cookies."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.result import Unavailable
from benchmarks.servers.running import free_port, started

__all__ = ["proxied"]

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  upstream app {{ server 127.0.0.1:{upstream}; keepalive 8; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location = /plain {{ proxy_pass http://app/bare; }}
    location = /flags {{ proxy_pass http://app/bare; proxy_cookie_flags ~ secure samesite=lax; }}
  }}
}}
"""


@contextmanager
def proxied(upstream: int) -> Iterator[int]:
    """Run nginx in front of a port, yield its own. Raises: `Unavailable`."""
    nginx = shutil.which("nginx", path=None) or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx is None:
        raise Unavailable("nginx is not installed")
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="cookiegate-benchmarks-"))
    try:
        folder.chmod(0o755)  # a worker that gave up root's rights looks into it
        configuration = folder / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, upstream=upstream), encoding="utf-8")
        with started([nginx, "-c", str(configuration), "-p", str(folder), "-e", "stderr"], port):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)
