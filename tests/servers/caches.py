"""The shared caches that stand before the site: nginx and Varnish, each once as it comes and once as sites set it up.

Both honour Vary and `Cache-Control: private`. As they come, neither stores a response that sets a cookie, and Varnish
looks nothing up for a request that carries one; sites switch that off, for else they would cache next to nothing.
"""

import os
import re
import shutil
import socket
import subprocess
import time

__all__ = ["PROGRAMS", "program", "start"]

PROGRAMS = {"nginx": "nginx (Debian's nginx-light)", "varnishd": "varnishd (Debian's varnish)"}
PATIENCE_S = 60

_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/log warn;
{user}
events {{ worker_connections 128; }}
http {{
  access_log off;
  {temp_paths}
  proxy_cache_path {folder}/plain keys_zone=plain:1m;
  proxy_cache_path {folder}/ignoring keys_zone=ignoring:1m;
  add_header X-Cache $upstream_cache_status always;
  proxy_http_version 1.1;
  server {{
    listen 127.0.0.1:{ports[0]};
    proxy_cache plain;
    location /asgi/ {{ proxy_pass http://127.0.0.1:{asgi}; }}
    location /wsgi/ {{ proxy_pass http://127.0.0.1:{wsgi}; }}
  }}
  server {{
    listen 127.0.0.1:{ports[1]};
    proxy_cache ignoring;
    proxy_ignore_headers Set-Cookie;
    location /asgi/ {{ proxy_pass http://127.0.0.1:{asgi}; }}
    location /wsgi/ {{ proxy_pass http://127.0.0.1:{wsgi}; }}
  }}
}}
"""
_VARNISH = """
vcl 4.1;
backend asgi {{ .host = "127.0.0.1"; .port = "{asgi}"; }}
backend wsgi {{ .host = "127.0.0.1"; .port = "{wsgi}"; }}
sub vcl_recv {{
  set req.backend_hint = asgi;
  if (req.url ~ "^/wsgi/") {{ set req.backend_hint = wsgi; }}
  {at_request}
}}
sub vcl_backend_response {{
  {at_response}
}}
sub vcl_deliver {{
  set resp.http.X-Cache = "MISS";
  if (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }}
}}
"""
_AS_IT_COMES = {"at_request": "", "at_response": ""}
_COOKIES_IGNORED = {
    "at_request": 'if (req.method == "GET") { return (hash); }',
    "at_response": """
  if (beresp.http.Cache-Control ~ "(?i:no-cache|no-store|private)") {
    set beresp.uncacheable = true;
    set beresp.ttl = 120s;
  }
  return (deliver);""",
}


def program(name):
    """Return where a program is, `None` if it is not here; Debian keeps servers out of users' PATH."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"]))


def start(name, running, folder, origins):
    """Start nginx with both of its caches, or one Varnish, before these origins; return it and each cache's port."""
    match name:
        case "nginx":
            return _start_nginx(running, folder, origins)
        case "varnish":
            return _start_varnish(running, folder, origins, "Varnish, as it comes", _AS_IT_COMES)
        case "varnish_ignoring":
            return _start_varnish(running, folder, origins, "Varnish, cookies ignored", _COOKIES_IGNORED)
    raise ValueError(f"there is no cache {name!r}")


def _start_nginx(running, folder, origins):
    told = subprocess.run([program("nginx"), "-V"], capture_output=True, text=True, check=True, timeout=60).stderr
    # Where nginx keeps what does not fit into memory; else it wants Debian's own directories, as root.
    kinds = [kind.replace("-", "_") for kind in re.findall(r"--http-([a-z-]+)-temp-path", told)]

    def command(ports):
        configuration = _NGINX.format(
            folder=folder, ports=ports, **{name: origin.port for name, origin in origins.items()},
            user="user root;" if os.geteuid() == 0 else "",
            temp_paths=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds),
        )  # fmt: skip
        (folder / "nginx.conf").write_text(configuration, encoding="utf-8")
        return [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]

    return _started(running, folder, command, ["nginx, as it comes", "nginx, Set-Cookie ignored"], origins)


def _start_varnish(running, folder, origins, name, own):
    vcl = _VARNISH.format(**own, **{name: origin.port for name, origin in origins.items()})
    (folder / "site.vcl").write_text(vcl, encoding="utf-8")

    def command(ports):
        own = ["-a", f"127.0.0.1:{ports[0]}", "-n", str(folder / "work"), "-f", str(folder / "site.vcl")]
        small = ["-s", "malloc,16m", "-p", "thread_pools=1", "-p", "thread_pool_min=10", "-p", "vsl_space=1m"]
        return [program("varnishd"), "-F", "-T", "none", "-j", "none", *small, *own]

    return _started(running, folder, command, [name], origins)


def _started(running, folder, command, names, origins):
    """Start a cache and wait until it hands on what the site says; another process may take a port, so three times."""
    for _ in range(3):
        ports = [_free_port() for _ in names]
        with (folder / "log").open("ab") as out:
            process = subprocess.Popen(
                command(ports), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        server = running.Server(ports[0], process, folder / "log")
        stop = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < stop:
            if all(_is_ready(running, port, origins) for port in ports):
                return server, dict(zip(names, ports, strict=True))
            time.sleep(0.05)
        server.stop()
    raise AssertionError(f"{names} do not start: {server.said()[-2000:]}")


def _is_ready(running, port, origins):
    return all(running.greeting(port, f"/{name}/ready").endswith(origin.token) for name, origin in origins.items())


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
