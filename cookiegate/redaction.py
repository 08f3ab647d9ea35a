"""`redacted` replaces secrets in URLs, settings and driver messages by `***`.

Errors, logs and the command line pass such texts through it.

Law: nothing raises; the time is linear in the text; a second call changes nothing; what may be secret is hidden.
"""

import re
from urllib.parse import unquote_plus

__all__ = ["HIDDEN", "is_open", "redacted"]

HIDDEN = "***"
_PUBLIC_PARAMETERS = frozenset(
    {
        "application_name", "cache", "channel_binding", "client_encoding", "connect_timeout", "dbname", "gssencmode",
        "host", "hostaddr", "immutable", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
        "load_balance_hosts", "mode", "port", "sslmode", "target_session_attrs", "tcp_user_timeout", "timeout", "uri",
        "user",
    }
)  # fmt: skip
"""The parameters of libpq and SQLite URLs whose values are not secret."""
_URL = re.compile(
    r"(?<![A-Za-z0-9+.\-])([A-Za-z][A-Za-z0-9+.\-]*)://"
    r"((?:(?!\[)[^\s@/:]{0,63}:(?![0-9]*(?:[\s/?#'\",;)]|\Z))[^@\n]{1,300}@)?\S*)"  # a password may hold white space
)
_TRAILING_PUNCTUATION = "'\"`)]}>;:,."
_POSTGRES_SCHEME = re.compile(r"postgres(?:ql)?(?:\+[a-z0-9]+)?", re.IGNORECASE)
"""The schemes whose URLs show the user name."""
_USER = re.compile(r"[A-Za-z0-9_.%+\-]{1,63}")
_WEB_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_HOST_AND_PORT = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")
"""A host with its port."""
_AUTHORITY_END = re.compile("[/?#]")
_PARAMETER_SEPARATOR = re.compile("([&;])")
_NAME_PARTS = "pass|pwd|secret|token|credential|api_?key|private_?key"
_SETTING = re.compile(
    rf"""(?<!\w)(['"]?)(\w{{0,40}}(?:{_NAME_PARTS})\w{{0,40}})\1(\s?=\s?|:\ is\ (?=['"])|(?<=['"])\s?:\s?)"""
    r"""(\[[^\]]{0,2000}\]|\([^)]{0,2000}\)|'(?:[^'\\]|\\.){0,2000}'|"(?:[^"\\]|\\.){0,2000}"|[^\s&;,'"()\[\]{}]+)""",
    re.IGNORECASE | re.DOTALL,
)


def redacted(text: str) -> str:
    """Hide the secrets in a text: user, password and parameters of URLs, and values of settings like `password=...`.

    A PostgreSQL URL keeps the user, and a database URL the parameters for which `is_open` is true. A web address keeps
    neither.
    """
    if "://" in text:
        text = _URL.sub(_url, text)
    return _SETTING.sub(lambda found: f"{found[1]}{found[2]}{found[1]}{found[3]}{HIDDEN}", text)


def is_open(parameter: str) -> bool:
    """Return whether the value of this parameter of a database URL may be shown."""
    return parameter in _PUBLIC_PARAMETERS


def _url(found: re.Match[str]) -> str:
    scheme, rest = found[1], found[2]
    bare = rest.rstrip(_TRAILING_PUNCTUATION)
    after = rest[len(bare) :]
    is_web = scheme.lower() in _WEB_SCHEMES
    user, place = _split_user(bare, is_web=is_web)
    if user is not None:
        name, colon, _ = user.partition(":")
        is_named = _POSTGRES_SCHEME.fullmatch(scheme) is not None and _USER.fullmatch(name) is not None
        user = f"{name}{colon and f':{HIDDEN}'}@" if is_named else f"{HIDDEN}@"
    place, sharp, fragment = place.partition("#") if is_web else (place, "", "")
    place, question, query = place.partition("?")
    parts = _PARAMETER_SEPARATOR.split(query)
    parts[::2] = [_parameter(part, is_web=is_web) for part in parts[::2]]
    fragment = HIDDEN if "=" in fragment else fragment
    return f"{scheme}://{user or ''}{place}{question}{''.join(parts)}{sharp}{fragment}{after}"


def _split_user(rest: str, *, is_web: bool) -> tuple[str | None, str]:
    """Split the user and password from the rest of a URL; the first item is `None` if there are none.

    A password may contain a character that ends the host in a valid URL: then the apparent port is not a number.
    """
    if rest.startswith("/"):
        return None, rest
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    is_plain = "@" in authority or _HOST_AND_PORT.fullmatch(authority) is not None
    at = (authority if is_web and is_plain else rest).rfind("@")
    if is_plain and "@" not in authority and "=" in rest[:at].partition("?")[2]:
        at = -1  # the @ is in the value of a parameter
    if at >= 0:
        return rest[:at], rest[at + 1 :]
    return (None, rest) if is_plain else (rest, HIDDEN)


def _parameter(text: str, *, is_web: bool) -> str:
    key, equals, value = text.partition("=")
    if not equals:
        return text and HIDDEN
    is_shown = not value or (not is_web and is_open(unquote_plus(key)))
    return text if is_shown else f"{key}={HIDDEN}"
