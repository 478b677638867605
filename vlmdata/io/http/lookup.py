"""One name looked up: by c-ares where aiodns is installed, else by the system's resolver in threads."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from vlmdata.errors import MissingExtraError
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed

THREADS = 32
TRIES = 3


class Lookup(Protocol):
    """Addresses of names. Both ways read ``/etc/hosts`` and ask for IPv4 and IPv6."""

    async def addresses(self, name: str) -> list[str]:
        """Literal addresses in the order of preference (RFC 6724).

        Raises ``FetchError`` with ``dns_not_found`` where the name has none, ``dns_failure`` where no name server
        gave an answer.
        """
        ...

    async def close(self) -> None: ...


def lookup(nameservers: Sequence[str] = (), timeout_s: float = 2.0) -> Lookup:
    """The best that is installed. ``nameservers`` (``host`` or ``host:port``) need aiodns; default: the system's.

    ``timeout_s`` is for the first of three tries of one name server; later ones take longer. ``MissingExtraError``
    where name servers are given and there is no aiodns.
    """
    try:
        return AresLookup(nameservers, timeout_s)
    except (ImportError, RuntimeError) as error:  # not installed, or an event loop that it cannot use
        if nameservers:
            raise MissingExtraError("name servers of one's own need aiodns: pip install aiodns") from error
        return ThreadLookup()


class AresLookup:
    """c-ares through aiodns: thousands of lookups under way cost no thread each."""

    def __init__(self, nameservers: Sequence[str], timeout_s: float) -> None:
        import aiodns

        self._resolver = aiodns.DNSResolver(nameservers=nameservers or None, timeout=timeout_s, tries=TRIES)

    async def addresses(self, name: str) -> list[str]:
        from aiodns import error

        try:
            found = await self._resolver.getaddrinfo(name, family=socket.AF_UNSPEC, type=socket.SOCK_STREAM)
        except error.DNSError as problem:
            raise _failed(problem.args[0] in (error.ARES_ENOTFOUND, error.ARES_ENODATA, error.ARES_EBADNAME)) from None
        return [node.addr[0].decode() for node in found.nodes]

    async def close(self) -> None:
        await self._resolver.close()


class ThreadLookup:
    """``getaddrinfo`` of the C library, many at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dns")

    async def addresses(self, name: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _getaddrinfo, name)
        except socket.gaierror as problem:
            raise _failed(problem.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))) from None
        except UnicodeError:
            raise _failed(not_found=True) from None
        return found

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _getaddrinfo(name: str) -> list[str]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(address[0]) for _, _, _, _, address in found]


def _failed(not_found: bool) -> FetchError:
    if not_found:
        return FetchError(Failed("dns_not_found", "the name has no address"))
    return FetchError(Failed("dns_failure", "no name server gave an answer"))
