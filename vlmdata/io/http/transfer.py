"""Asking for large files that a user or a data set names: all of one, or ranges, and again after what may pass.

``client`` is for addresses out of tables, which nobody has looked at: it keeps private networks shut, honours
opt-outs and spreads its requests. Here one archive is asked of one server, over one connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from vlmdata.errors import InputError, RunError, VlmdataError
from vlmdata.io.http.address import address
from vlmdata.io.http.backoff import pause, retry_after
from vlmdata.io.http.failure import MAY_PASS, FetchError, failure_of
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.policy import HttpPolicy

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

T = TypeVar("T")

_TAKEN = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", re.ASCII)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a server says of a file, enough to tell whether it is still the same.

    Attributes:
        size: in bytes; None where it is not said.
        validator: a strong ETag, else Last-Modified, as ``If-Range`` takes them (RFC 9110 13.1.5); else None.
        ranges: whether a part of it may be asked for.
    """

    size: int | None
    validator: str | None
    ranges: bool


class _Busy(FetchError):
    """A refusal that says when to come back."""

    def __init__(self, failed: Failed, wait_s: float | None) -> None:
        super().__init__(failed)
        self.wait_s = wait_s


@asynccontextmanager
async def session(policy: HttpPolicy) -> AsyncIterator[ClientSession]:
    """A session whose requests end when nothing is heard for ``timeout_s``, however long they take as a whole.

    Bodies come as they are sent: a ``.tar.gz`` that a server calls content coding gzip is still that file.
    """
    import aiohttp

    silence = aiohttp.ClientTimeout(total=None, sock_connect=policy.timeout_s, sock_read=policy.timeout_s)
    headers = {"User-Agent": policy.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(
        timeout=silence,
        headers=headers,
        auto_decompress=False,
        read_bufsize=_CHUNK,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as web:
        yield web


@asynccontextmanager
async def asked(
    web: ClientSession, url: str, policy: HttpPolicy, bounds: str | None = None, validator: str | None = None
) -> AsyncIterator[ClientResponse]:
    """The answer to one GET of ``url`` or its mirror: 200, 206 or 416. ``FetchError`` for another status.

    ``bounds`` is what follows ``bytes=``; with ``validator`` a file that has changed comes whole.
    """
    headers = {} if bounds is None else {"Range": f"bytes={bounds}"}
    if headers and validator:
        headers["If-Range"] = validator
    target = address(policy.mirrors.apply(url) or url)
    response = await web.get(target, headers=headers, max_redirects=policy.max_redirects)
    try:
        if response.status not in _TAKEN:
            raise _refused(response)
        yield response
    finally:
        if response.content.at_eof():
            response.release()  # the connection serves the next request
        else:
            response.close()


async def persistently(
    policy: HttpPolicy, attempt: Callable[[], Awaitable[T]], gained: Callable[[], int] = lambda: 0
) -> T:
    """What ``attempt`` gives in the end; ``FetchError`` after more failures than ``policy.retries``.

    Failures that brought the file further than ever before (``gained``, in bytes) are not counted.
    """
    import aiohttp

    farthest, failures = gained(), 0
    while True:
        try:
            return await attempt()
        except (aiohttp.ClientError, FetchError, OSError, ValueError) as error:
            failed = failure_of(error)
            if gained() > farthest:
                farthest, failures = gained(), 0
            failures += 1
            wait_s = (error.wait_s if isinstance(error, _Busy) else None) or pause(failures, policy.max_wait_s)
            if failed.reason not in MAY_PASS or failures > policy.retries or wait_s > policy.max_wait_s:
                raise FetchError(failed) from error
        await asyncio.sleep(wait_s)


def stamp_of(response: ClientResponse) -> Stamp:
    """The stamp in an answer with status 200, 206 or 416."""
    tag = response.headers.get("ETag", "")
    validator = tag if tag.startswith('"') else response.headers.get("Last-Modified")
    partial = response.status == HTTPStatus.PARTIAL_CONTENT
    size = response.content_length if response.status == HTTPStatus.OK else extent(response)[1]
    return Stamp(size, validator or None, partial and size is not None)


def extent(response: ClientResponse) -> tuple[int | None, int | None]:
    """Where the range of an answer begins and how large the whole is, by its Content-Range."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    first, whole = match.groups() if match else (None, None)
    return (int(first) if first else None), (int(whole) if whole and whole != "*" else None)


def unreachable(url: str, failed: Failed, advice: str = "") -> VlmdataError:
    """The error that ends a run, or keeps it from starting, when ``url`` cannot be had. ``advice`` ends its message."""
    detail = f" ({failed.detail})" if failed.detail else ""
    if failed.reason in MAY_PASS:
        return RunError(f"{url}: {failed.reason}{detail}, again and again. {advice or 'Try the same command later'}")
    return InputError(f"{url}: {failed.reason}{detail}. {advice or 'Check the address'}")


def _refused(response: ClientResponse) -> FetchError:
    status = response.status
    reason = "rate_limited" if status == HTTPStatus.TOO_MANY_REQUESTS else f"http_{status}"
    failed = Failed(reason, response.reason or "")
    return _Busy(failed, retry_after(response.headers.get("Retry-After")))
