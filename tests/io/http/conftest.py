"""One hostile server for all tests of a file, and a way to get addresses in a loop of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from tests.servers.hostile import HostileServer, hostile_server
from vlmdata.io.http.client import HttpClient
from vlmdata.io.http.outcome import Got, Outcome
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.url_cache import UrlCache


class Fetch:
    """``fetch(url, …, retries=0)``: the outcomes, in order, all got at the same time by one client."""

    def __call__(
        self, *urls: str, cache: UrlCache | None = None, nameservers: Sequence[str] = (), **policy: object
    ) -> list[Outcome]:
        settings: dict[str, object] = {"allow_private_hosts": True, "retries": 0, "timeout_s": 20.0, **policy}
        return asyncio.run(self._get(urls, HttpPolicy(**settings), cache, nameservers))  # type: ignore[arg-type]

    def one(self, url: str, **policy: object) -> Outcome:
        return self(url, **policy)[0]  # type: ignore[arg-type]

    def got(self, url: str, **policy: object) -> Got:
        outcome = self.one(url, **policy)
        assert isinstance(outcome, Got), outcome
        return outcome

    def reasons(self, *urls: str, **policy: object) -> list[str]:
        return [reason(outcome) for outcome in self(*urls, **policy)]  # type: ignore[arg-type]

    async def _get(
        self, urls: Sequence[str], policy: HttpPolicy, cache: UrlCache | None, nameservers: Sequence[str]
    ) -> list[Outcome]:
        async with HttpClient(policy, cache, nameservers) as client:
            return await asyncio.gather(*map(client.get, urls))


def reason(outcome: Outcome) -> str:
    return "got" if isinstance(outcome, Got) else outcome.reason


@pytest.fixture
def fetch() -> Fetch:
    return Fetch()


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


@pytest.fixture(scope="session")
def shared_server() -> Iterator[HostileServer]:
    """For tests that count nothing."""
    with hostile_server() as running:
        yield running
