"""Names: asked for once, kept for a while, and told apart where they fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer
from tests.servers.names import FAILING, MISSING, SILENT, NameServer, name_server
from vlmdata.io.http.client import HttpClient
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.guard import Guard
from vlmdata.io.http.lookup import ThreadLookup, lookup
from vlmdata.io.http.outcome import Failed, Got, Outcome
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.resolver import Resolver

Result = TypeVar("Result")
OPEN = HttpPolicy(allow_private_hosts=True)


def _with_resolver(names: NameServer, use: Callable[[Resolver], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        resolver = Resolver(lookup([names.address], timeout_s=0.2), Guard(OPEN))
        try:
            return await use(resolver)
        finally:
            await resolver.close()

    return asyncio.run(run())


async def _hosts(resolver: Resolver, name: str) -> list[str]:
    return [result["host"] for result in await resolver.resolve(name, 80)]


async def _reason(resolver: Resolver, name: str) -> str:
    try:
        await resolver.resolve(name, 80)
    except FetchError as error:
        return error.failed.reason
    return "found"


def test_many_who_ask_at_once_are_one_question() -> None:
    async def ask(resolver: Resolver) -> list[list[str]]:
        together = await asyncio.gather(*(_hosts(resolver, "photos.test") for _ in range(50)))
        return [*together, await _hosts(resolver, "photos.test")]

    with name_server({"photos.test": ["127.0.0.1", "127.0.0.2"]}) as names:
        found = _with_resolver(names, ask)
        assert all(sorted(hosts) == ["127.0.0.1", "127.0.0.2"] for hosts in found)
        assert names.asked["photos.test"] == 1


def test_both_families_are_asked_for() -> None:
    with name_server({"photos.test": ["127.0.0.1", "::1"]}) as names:
        assert set(_with_resolver(names, lambda resolver: _hosts(resolver, "photos.test"))) == {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [(MISSING, "dns_not_found"), ([], "dns_not_found"), (FAILING, "dns_failure"), (SILENT, "dns_failure")],
    ids=["missing", "no-data", "failing", "silent"],
)
def test_failures_are_told_apart(record: list[str] | str, reason: str) -> None:
    with name_server({"a.test": record}) as names:
        assert _with_resolver(names, lambda resolver: _reason(resolver, "a.test")) == reason


def test_a_missing_name_is_asked_for_once(fetch: Fetch) -> None:
    with name_server({}) as names:
        urls = [f"http://gone.test/{row}.jpg" for row in range(20)]
        outcomes = fetch(*urls, nameservers=[names.address], retries=2)
        assert outcomes == [Failed("dns_not_found", "the name has no address")] * 20
        assert names.asked["gone.test"] == 1


def test_a_failure_that_passes_is_asked_for_again(server: HostileServer) -> None:
    async def get() -> Outcome:
        async with HttpClient(OPEN, nameservers=[names.address]) as client:
            getting = asyncio.create_task(client.get(f"http://photos.test:{server.port}/photo.jpg"))
            while not names.asked["photos.test"]:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            names.records["photos.test"] = ["127.0.0.1"]
            return await getting

    with name_server({"photos.test": FAILING}) as names:
        assert isinstance(asyncio.run(get()), Got)


def test_who_waits_may_be_cancelled_and_others_get_the_answer() -> None:
    async def ask(resolver: Resolver) -> list[str]:
        first = asyncio.create_task(_hosts(resolver, "photos.test"))
        second = asyncio.create_task(_hosts(resolver, "photos.test"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    with name_server({"photos.test": ["127.0.0.1"]}) as names:
        assert _with_resolver(names, ask) == ["127.0.0.1"]


def test_names_in_the_hosts_file_need_no_server() -> None:
    with name_server({}) as names:
        assert "127.0.0.1" in _with_resolver(names, lambda resolver: _hosts(resolver, "localhost"))


def test_trouble_is_told_when_many_names_get_no_answer() -> None:
    async def ask(resolver: Resolver) -> tuple[str | None, str | None]:
        before = resolver.trouble()
        names = [f"a{number}.test" for number in range(30)]
        await asyncio.gather(*(_reason(resolver, name) for name in names))
        return before, resolver.trouble()

    zone: dict[str, list[str] | str] = {
        f"a{number}.test": FAILING if number < 6 else ["127.0.0.1"] for number in range(30)
    }
    with name_server(zone) as names:
        before, after = _with_resolver(names, ask)
    assert before is None
    assert after is not None
    assert "no answer for 6 of 30 host names" in after
    assert "\n" not in after


def test_missing_names_are_no_trouble() -> None:
    async def ask(resolver: Resolver) -> str | None:
        await asyncio.gather(*(_reason(resolver, f"a{number}.test") for number in range(30)))
        return resolver.trouble()

    with name_server({}) as names:
        assert _with_resolver(names, ask) is None


def test_threads_serve_where_aiodns_is_not_installed() -> None:
    async def found() -> tuple[list[str], str]:
        threads = ThreadLookup()
        try:
            addresses = await threads.addresses("localhost")
            try:
                await threads.addresses("a" * 64 + ".invalid")
            except FetchError as error:
                return addresses, error.failed.reason
            return addresses, "found"
        finally:
            await threads.close()

    addresses, reason = asyncio.run(found())
    assert "127.0.0.1" in addresses
    assert reason == "dns_not_found"


def test_pictures_come_by_name(server: HostileServer, fetch: Fetch) -> None:
    with name_server({"photos.test": ["127.0.0.1"]}) as names:
        outcomes = fetch(f"http://photos.test:{server.port}/photo.jpg", nameservers=[names.address])
    assert isinstance(outcomes[0], Got)
