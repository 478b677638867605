"""Addresses as tables and servers give them, made fit to be asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed

if TYPE_CHECKING:
    from yarl import URL

LONGEST = 8000
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]{1,254}|\[[0-9a-f:.]{2,45}\]")
_PORT = re.compile(r"[0-9]{1,5}")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
# Reserved and unreserved characters of RFC 3986 and the percent sign: what is escaped already stays as it is, for
# signatures in queries are often computed over the text itself.
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_PLAIN = re.compile(r"[A-Za-z0-9%/:?\[\]@!$&'()*+,;=\-._~]*")


def address(text: str) -> URL:
    """``text`` as a URL that can be asked for: host in ASCII (IDNA), what RFC 3986 forbids escaped, no fragment.

    Raises ``FetchError`` with ``bad_url`` for anything else than http and https, for credentials (they are not
    sent to whoever a table names), control characters, hosts and ports that cannot be.
    """
    from yarl import URL

    text = text.strip()
    parts = _PARTS.match(text)
    if parts is None:
        raise _bad("not an http or https address")
    if len(text) > LONGEST:
        raise _bad(f"longer than {LONGEST} characters")
    scheme, authority, path, query = parts.groups("")
    try:
        rest = _escaped(path or "/") + _escaped(query)
        return URL(f"{scheme.lower()}://{_authority(authority.lower())}{rest}", encoded=True)
    except ValueError as error:
        raise _bad("not a valid address") from error


def redirected(base: URL, location: str | None) -> URL:
    """Where a redirect from ``base`` leads. ``FetchError`` with ``bad_redirect`` if nowhere that can be asked."""
    if not location:
        raise FetchError(Failed("bad_redirect", "a redirect without Location"))
    try:
        return address(urljoin(str(base), location.strip()))
    except FetchError as error:
        raise FetchError(Failed("bad_redirect", f"a redirect to what is {error.failed.detail}")) from error
    except ValueError as error:
        raise FetchError(Failed("bad_redirect", "a redirect to what is not a valid address")) from error


def _bad(detail: str) -> FetchError:
    return FetchError(Failed("bad_url", detail, lasting=True))


def _escaped(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    if _CONTROL.search(text.replace(" ", "")):
        raise _bad("control characters in it")
    return quote(text, safe=_SAFE, errors="surrogateescape")


def _authority(text: str) -> str:
    if "@" in text:
        raise _bad("credentials in it")
    host, port = _split(text)
    if not host.isascii():
        host = _ascii(host)
    if not _HOST.fullmatch(host):
        raise _bad("no valid host in it")
    if not (host.startswith("[") or all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))):
        raise _bad("no valid host in it")
    return host + port


def _split(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        return text, ""
    if not port:
        return host, ""
    if not (_PORT.fullmatch(port) and 0 < int(port) < 1 << 16):
        raise _bad("no valid port in it")
    return host, f":{port}"


def _ascii(host: str) -> str:
    from yarl import URL

    return URL(f"http://{host}/").raw_host or ""
