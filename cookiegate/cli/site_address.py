"""A site's address as people type it: without `http://`, it looks like a file.

Law: a scheme is added for this machine alone. For any other host the message says what to write, so that no request
leaves on a guess.
"""

import re
from ipaddress import ip_address
from pathlib import Path

import typer

from cookiegate.cli.text import shown
from cookiegate.redaction import redacted

__all__ = ["with_scheme"]

_ADDRESS = re.compile(
    r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::([0-9]{1,5}))?([/?#]\S*)?"
)
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_OF_FILES = re.compile(
    r"adoc|asciidoc|cfg|cjs|conf|csv|db|docx?|gz|har|html?|in[ic]|js|jsonl?|log|markdown|mdown|md|mjs|odt|pdf|py|rst|"
    r"sarif|sqlite|toml|ts|tsv|txt|xhtml|xlsx?|xml|ya?ml|zip",
    re.IGNORECASE,
)
"""Endings of file names; some of them are top-level domains too."""


def with_scheme(source: str) -> str:
    """Return a source as it is; with `http://` where only the scheme is missing and the host is this machine.

    Raises: `ValueError` for another site's address without a scheme; the message says what to write.
    """
    host, port, rest = _parts(source)
    if not host or _exists(source):
        return source
    is_local = _is_local(host)
    if not is_local and not port and (not _DOMAIN.fullmatch(host) or _is_file_name(host, rest)):
        return source
    scheme = "http" if is_local or port not in ("", "443", "8443") or _is_ip(host) else "https"
    address = f"{scheme}://{source}"
    if not is_local:
        what = redacted(shown(source))
        what_to_do = f"check the path, or write the address with its scheme: {redacted(shown(address))}"
        raise ValueError(f"{what}: No such file or directory; {what_to_do}")
    typer.echo(f"cookiegate: {redacted(shown(source))}: read as {redacted(shown(address))}", err=True)
    return address


def _parts(source: str) -> tuple[str, str, str]:
    found = _ADDRESS.fullmatch(source)
    return ("", "", "") if found is None else (found[1], found[2] or "", found[3] or "")


def _exists(source: str) -> bool:
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _is_file_name(host: str, rest: str) -> bool:
    """Tell a file's name, or a path that begins like a host: `shop.har`, `policies.old/cookies.md`."""
    path = f"{host}{rest}".partition("?")[0].partition("#")[0]
    name = path.rpartition("/")[2]
    return "." in name and _OF_FILES.fullmatch(name.rpartition(".")[2]) is not None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    """Tell whether a host is this machine, whatever a name server says."""
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    return _is_ip(host) and ip_address(host.strip("[]")).is_loopback
