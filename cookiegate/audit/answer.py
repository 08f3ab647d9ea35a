"""Whether an answer shows the page that was requested: an error, a login and an empty redirect don't.

Law: no text of the answer is copied into a message.
"""

import re
import zlib
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from cookiegate.audit.links import Page

__all__ = ["MAX_BODY_OCTETS", "coding_of", "html_of", "unpacking", "why_no_page", "why_not_html", "why_not_seen"]

MAX_BODY_OCTETS = 1 << 20
"""How much of a page is read, after unpacking, for its links."""
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.ASCII)
_LOGIN_PATH = re.compile(
    r"(?<![a-z])(?:log[-_]?[io]n|sign[-_]?in|sso|saml2?|oauth2?|oidc|auth|authenticate|authorize|session/new|"
    r"anmelden|anmeldung|connexion|acceso|inloggen|accedi)(?![a-z])"
)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}")
_CODING = re.compile(r"[a-z0-9-]{1,20}")
_LOGIN_STATUSES = frozenset({401, 403, 407, 511})
_REMEDIES = {
    404: "check the address",
    410: "check the address",
    429: "wait, and look at fewer pages with --pages",
}


def why_not_seen(status: int, *, has_login: bool) -> str:
    """Explain why an answer of this status shows no page of the site; empty where it does."""
    if 200 <= status < 300:
        return ""
    try:
        answer = f"answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        answer = f"answers {status}"
    if status in _LOGIN_STATUSES:
        return f"{answer}: it needs a login; {_login(has_login=has_login)}"
    if 300 <= status < 400:
        return f"{answer} and no page; look with a browser where it leads"
    if status >= 500:
        return f"{answer}: the site does not work there; repair it first"
    return f"{answer}; {_REMEDIES.get(status, 'look with a browser what is wrong')}"


def why_no_page(asked: str, url: str, page: Page, *, has_login: bool) -> str:
    """Explain that a login came instead of the page that was requested; empty if it did not.

    A login page that was asked for by its own address is what it is.
    """
    before, after = urlsplit(asked).path.lower(), urlsplit(url).path.lower()
    if _LOGIN_PATH.search(before):
        return ""
    if before != after and (page.has_password or _LOGIN_PATH.search(after)):
        return f"leads to a login; {_login(has_login=has_login)}"
    others = [link for link in page.links if urlsplit(link).path.lower() not in (before, after)]
    if page.has_password and all(_LOGIN_PATH.search(urlsplit(link).path.lower()) for link in others):
        return f"shows a login and leads nowhere else; {_login(has_login=has_login)}"
    return ""


def why_not_html(kind: str, coding: str) -> str:
    """Explain why an answer is no page whose links or banner could be read; empty where it is one."""
    kind = kind.partition(";")[0].strip().lower()
    if "html" in kind:
        named = f" ({coding})" if _CODING.fullmatch(coding) else ""
        return f"is packed in a way that was not asked for{named}, so its links can't be read; let it answer gzip"
    named = kind if _MEDIA_TYPE.fullmatch(kind) else "of no type that can be read"
    return f"is no HTML page but {named}: only the cookies of this one answer were seen; give the address of a page"


async def html_of(response: httpx.Response) -> str | None:
    """Return what is HTML in a response, up to a limit; `None` for what is none.

    Packed bodies are unpacked no further than that.
    """
    kind = response.headers.get("content-type", "").lower()
    unpack = unpacking(coding_of(response), MAX_BODY_OCTETS)
    if "html" not in kind or unpack is None:
        return None
    body = b""
    async for chunk in _raw(response):
        try:
            body += unpack(chunk)
        except zlib.error:
            break
        if len(body) >= MAX_BODY_OCTETS:
            break
    charset = _CHARSET.search(kind)
    try:
        return body[:MAX_BODY_OCTETS].decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return body[:MAX_BODY_OCTETS].decode("utf-8", "replace")


def unpacking(coding: str, limit: int) -> Callable[[bytes], bytes] | None:
    """Return what unpacks the pieces of a body in turn, each to at most `limit` octets; `None`: no coding to be read.

    Several codings, one around the other, are none. A body that is broken raises `zlib.error`.
    """
    if coding in ("identity", ""):
        return lambda chunk: chunk
    if coding not in ("gzip", "x-gzip", "deflate"):
        return None
    unpack = zlib.decompressobj(wbits=47)
    return lambda chunk: unpack.decompress(chunk, limit)


def coding_of(response: httpx.Response) -> str:
    """Return the content coding of a response in lower case; `identity` where it names none."""
    coding: str = response.headers.get("content-encoding", "identity")
    return coding.lower().strip()


async def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the body in small pieces as it comes over the wire; a broken end ends it."""
    try:
        async for chunk in response.aiter_raw(16384):
            yield chunk
    except httpx.HTTPError:
        return


def _login(*, has_login: bool) -> str:
    if has_login:
        return "a login was given: check that it is still valid, and that it is this site's"
    return "give the audit a login with --cookie or --header"
