"""The aiohttp session of a client: what is sent, kept open and trusted."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, cast

from vlmdata.io.http.failure import FetchError, failure_of
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.resolver import Resolver

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession
    from aiohttp.abc import AbstractResolver

KEEP_ALIVE_S = 10.0


def new_session(policy: HttpPolicy, resolver: Resolver) -> ClientSession:
    """A session without limits, cookies, retries, decompression and deadlines of its own: those are the client's."""
    import aiohttp

    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            ssl=context,
            resolver=cast("AbstractResolver", resolver),
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=KEEP_ALIVE_S,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={
            "User-Agent": policy.user_agent,
            "Accept": "image/*, */*;q=0.5",
            "Accept-Encoding": "identity",
        },
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        middlewares=(_once,),
    )


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Send a request once: aiohttp would send it again, uncounted, where the connection breaks before an answer."""
    import aiohttp

    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise FetchError(failure_of(error)) from error
