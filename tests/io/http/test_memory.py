"""Memory stays flat, whatever the number of addresses and the length of bodies."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc

import psutil
import pytest

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer
from vlmdata.io.http.client import ROOM_BYTES, HttpClient
from vlmdata.io.http.outcome import Got
from vlmdata.io.http.policy import HttpPolicy

MB = 1 << 20
PATHS = ("/small.bin", "/chunked", "/status/404", "/with?X-Robots-Tag=noai", "/hops/1", "/empty", "/short")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_addresses(server: HostileServer) -> None:
    """After a quarter and at the end as much is held: nothing is kept of an address, a connection or a name."""
    server.files["/small.bin"] = bytes(1000)
    policy = HttpPolicy(allow_private_hosts=True, retries=0, concurrency=64, per_host=64)

    async def batch(client: HttpClient, start: int) -> None:
        urls = [server.url(f"/small.bin?{number}") for number in range(start, start + 2400)]
        urls += [server.url(PATHS[number % len(PATHS)]) for number in range(80)]
        urls += [f"http://host{number}.localhost:{server.port}/small.bin" for number in range(start, start + 20)]
        outcomes = await asyncio.gather(*map(client.get, urls))
        assert sum(isinstance(outcome, Got) for outcome in outcomes) >= 2400

    async def run() -> list[int]:
        held = []
        async with HttpClient(policy) as client:
            for number in range(40):
                await batch(client, number * 2500)
                if number in (9, 39):
                    gc.collect()
                    held.append(psutil.Process().memory_info().rss)
        return held

    early, late = asyncio.run(run())
    assert late - early < 16 * MB  # 75,000 addresses further on


@pytest.mark.parametrize("path", ["/endless", "/endless-plain", "/huge", "/gzip-bomb", "/noai"])
def test_bodies_without_end_are_not_held(server: HostileServer, fetch: Fetch, path: str) -> None:
    """The server shares the process, so its buffers are counted, too."""
    fetch(server.url(path), max_bytes=MB)  # what is loaded once
    tracemalloc.start()
    try:
        fetch(server.url(path), max_bytes=MB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MB


def test_many_large_bodies_share_what_there_is(server: HostileServer, fetch: Fetch) -> None:
    """12 endless bodies, of which each might hold 64 MB."""
    urls = [server.url(f"/endless?{number}") for number in range(12)]
    fetch(urls[0])
    tracemalloc.start()
    try:
        assert set(fetch.reasons(*urls, per_host=12, timeout_s=120.0)) == {"too_large"}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < ROOM_BYTES + 12 * 4 * MB
