"""Names to addresses: cached, asked for once at a time, and only those that may be connected to."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.io.http.backoff import BASE_S
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.guard import Guard, private
from vlmdata.io.http.lookup import Lookup
from vlmdata.io.http.outcome import Failed

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

FOUND_S = 300.0
NOT_FOUND_S = 60.0
FAILURE_S = BASE_S / 2  # no longer than the shortest pause between attempts, so that the next one does ask
ENTRIES = 10_000
FEW = 20
TROUBLE = 0.1


@dataclass(frozen=True, slots=True)
class _Entry:
    until: float
    addresses: tuple[str, ...] = ()
    failed: Failed | None = None

    @property
    def state(self) -> str:
        return self.failed.reason if self.failed else "found"


class Resolver:
    """An ``aiohttp.abc.AbstractResolver`` in shape.

    Every call is filtered by the guard, and aiohttp connects to what it is given without asking again: an answer
    that changes (DNS rebinding) cannot lead past the check.
    """

    def __init__(self, lookup: Lookup, guard: Guard) -> None:
        self._lookup = lookup
        self._guard = guard
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._asked: dict[str, asyncio.Task[_Entry]] = {}
        self._states: Counter[str] = Counter()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """``FetchError`` with ``dns_not_found``, ``dns_failure`` or ``private_address`` where there is nothing."""
        entry = self._entries.get(host)
        if entry is None or entry.until < asyncio.get_running_loop().time():
            entry = await self._look_up(host)
        if entry.failed:
            raise FetchError(entry.failed)
        allowed = [address for address in entry.addresses if self._guard.allows(host, port, address)]
        if not allowed:
            raise private()
        return [_result(host, port, address) for address in allowed]

    async def close(self) -> None:
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._lookup.close()

    def trouble(self) -> str | None:
        """What is wrong with the name servers, if many names get no answer from them, and what to do."""
        names, failures = self._states.total(), self._states["dns_failure"]
        if names < FEW or failures < names * TROUBLE:
            return None
        return (
            f"DNS: no answer for {failures} of {names} host names. Use another name server (a caching one on this "
            "machine, such as unbound, or a public one in /etc/resolv.conf), or a lower --concurrency; then "
            "--retry-failed"
        )

    async def _look_up(self, host: str) -> _Entry:
        """One lookup serves all who wait for it; it goes on when one of them is cancelled."""
        task = self._asked.get(host)
        if task is None:
            task = self._asked[host] = asyncio.create_task(self._ask(host))
        return await asyncio.shield(task)

    async def _ask(self, host: str) -> _Entry:
        now = asyncio.get_running_loop().time
        try:
            addresses = await self._lookup.addresses(host)
            entry = _Entry(now() + FOUND_S, tuple(dict.fromkeys(addresses)))
        except FetchError as error:
            wait = NOT_FOUND_S if error.failed.reason == "dns_not_found" else FAILURE_S
            entry = _Entry(now() + wait, failed=error.failed)
        finally:
            del self._asked[host]
        self._keep(host, entry)
        return entry

    def _keep(self, host: str, entry: _Entry) -> None:
        known = self._entries.pop(host, None)
        if known:
            self._states[known.state] -= 1
        self._states[entry.state] += 1
        self._entries[host] = entry
        if len(self._entries) > ENTRIES:
            self._entries.popitem(last=False)


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": family,
        "proto": 0,
        "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    }
