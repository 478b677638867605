"""Turns: bounded over all and by host, slower where a host asks for it, and nobody waits for another's host."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.io.http.conftest import Fetch, reason
from tests.servers.hostile import HOSTS, HostileServer
from vlmdata.io.http.backoff import BASE_S, LONGEST_S, pause, retry_after
from vlmdata.io.http.client import HttpClient
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.pace import HOSTS as REMEMBERED
from vlmdata.io.http.pace import MANY_HOSTS, PAUSES, UNANSWERED, Pace
from vlmdata.io.http.policy import HttpPolicy

BUSY = Failed("rate_limited", "429 Too Many Requests")
SLACK_S = 0.05  # between the clocks of client and server

two_hosts = pytest.mark.skipif("sys.platform == 'darwin'", reason="127.0.0.2 is not set up on macOS")


@two_hosts
def test_retry_after_is_waited_out_while_other_hosts_go_on(server: HostileServer, fetch: Fetch) -> None:
    busy = [server.url(f"/429?wait=2&times=1&row={row}", HOSTS[1]) for row in range(4)]
    other = [server.url(f"/pause?s=0.05&row={row}") for row in range(60)]
    assert set(fetch.reasons(*busy, *other, per_host=2, retries=2)) == {"got"}
    refused, *later = server.times[HOSTS[1]]
    begun_together = [at for at in later if at - refused < 1]
    assert len(begun_together) <= 1  # the second of two that were under way
    assert all(at - refused >= 2 - SLACK_S for at in later[len(begun_together) :])
    during = [at for at in server.times[HOSTS[0]] if refused < at < refused + 2]
    assert len(during) > 5


@pytest.mark.parametrize("path", ["/429", "/503"])
def test_a_date_is_waited_for_too(server: HostileServer, fetch: Fetch, path: str) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    date = format_datetime(until, usegmt=True).replace(" ", "+")
    assert fetch.reasons(server.url(f"{path}?times=1&wait={date}"), retries=1) == ["got"]
    assert datetime.now(UTC) >= until - timedelta(seconds=SLACK_S)


@pytest.mark.parametrize(("path", "why"), [("/429", "rate_limited"), ("/503", "http_503")])
def test_a_host_that_wants_long_to_be_left_alone_is(server: HostileServer, fetch: Fetch, path: str, why: str) -> None:
    urls = [server.url(f"{path}?wait=3600&row={row}") for row in range(20)]
    assert fetch.reasons(*urls, per_host=1, retries=2) == [why] * 20
    assert server.requests[path] == 1


def test_without_retry_after_the_pauses_grow(server: HostileServer, fetch: Fetch) -> None:
    assert fetch.reasons(server.url("/429?times=2"), retries=2) == ["got"]
    first, second, third = server.times[HOSTS[0]]
    assert second - first >= BASE_S - SLACK_S
    assert third - second >= 2 * BASE_S - SLACK_S


def test_retries_are_bounded(server: HostileServer, fetch: Fetch) -> None:
    assert fetch.reasons(server.url("/429?wait=0"), retries=2) == ["rate_limited"]
    assert server.requests["/429"] == 3


@two_hosts
def test_how_many_at_once(server: HostileServer, fetch: Fetch) -> None:
    urls = [server.url(f"/pause?s=0.05&row={row}", host) for row in range(20) for host in HOSTS[:2]]
    assert set(fetch.reasons(*urls, per_host=3, concurrency=100)) == {"got"}
    assert dict(server.at_once) == {HOSTS[0]: 3, HOSTS[1]: 3}


@two_hosts
def test_waiting_for_a_host_takes_nobody_elses_turn(server: HostileServer, fetch: Fetch) -> None:
    slow = [server.url(f"/pause?s=0.3&row={row}", HOSTS[1]) for row in range(6)]
    quick = [server.url(f"/photo.jpg?row={row}") for row in range(50)]
    assert set(fetch.reasons(*slow, *quick, per_host=1, concurrency=2)) == {"got"}
    assert max(server.times[HOSTS[0]]) < server.times[HOSTS[1]][-1]


def test_slow_hosts_are_named(server: HostileServer) -> None:
    async def names() -> list[tuple[str, float]]:
        async with HttpClient(HttpPolicy(allow_private_hosts=True, per_host=1)) as client:
            gets = [asyncio.create_task(client.get(server.url(path))) for path in ("/silent", "/photo.jpg")]
            await asyncio.sleep(0.2)
            found = client.in_flight()
            for get in gets:
                get.cancel()
            await asyncio.gather(*gets, return_exceptions=True)
            assert client.in_flight() == []
            return found

    ((host, seconds),) = asyncio.run(names())
    assert host == "127.0.0.1"
    assert 0.1 < seconds < 30


def test_a_host_that_is_waited_for_is_named(server: HostileServer) -> None:
    async def names() -> list[str]:
        async with HttpClient(HttpPolicy(allow_private_hosts=True, per_host=1)) as client:
            get = asyncio.create_task(client.get(server.url("/429?wait=30")))
            while not client.in_flight() or server.requests["/429"] == 0:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
            found = [host for host, _ in client.in_flight()]
            get.cancel()
            return found

    assert asyncio.run(names()) == ["127.0.0.1"]


def test_a_dead_host_is_given_up(fetch: Fetch) -> None:
    """Nobody listens: after so many attempts in a row the rest is told without asking."""
    outcomes = fetch(*[f"http://127.0.0.1:9/{row}" for row in range(UNANSWERED * 3)], per_host=2)
    assert [reason(outcome) for outcome in outcomes] == ["connect_failed"] * (UNANSWERED * 3)
    told = [outcome for outcome in outcomes if isinstance(outcome, Failed) and "in a row" in outcome.detail]
    assert len(told) >= UNANSWERED


def test_hosts_take_turns() -> None:
    async def order() -> list[str]:
        pace, done = Pace(1, 8, 60), []

        async def one(name: str) -> None:
            host = pace.host("http", name, 80)
            assert await pace.enter(host, urgent=False) is None
            await asyncio.sleep(0)
            done.append(name)
            pace.leave(host)

        await asyncio.gather(*map(one, ["a", "a", "a", "a", "b", "b"]))
        return done

    assert asyncio.run(order()) == ["a", "a", "b", "a", "b", "a"]


def test_what_is_begun_goes_first() -> None:
    async def order() -> list[int]:
        pace, done = Pace(1, 1, 60), []
        host = pace.host("http", "a", 80)

        async def one(number: int, urgent: bool) -> None:
            await pace.enter(host, urgent)
            done.append(number)
            pace.leave(host)

        await pace.enter(host, urgent=False)
        waiting = [asyncio.create_task(one(number, urgent=number == 2)) for number in range(3)]
        await asyncio.sleep(0)
        pace.leave(host)
        await asyncio.gather(*waiting)
        return done

    assert asyncio.run(order()) == [2, 0, 1]


def test_half_as_many_then_one_more_by_round() -> None:
    async def limits() -> list[int]:
        pace = Pace(100, 8, 60)
        host = pace.host("http", "a", 80)
        found = []
        for _ in range(4):
            pace.patience(host, BUSY, 0.0)
            await asyncio.sleep(0.01)
            found.append(int(host.limit))
        for _ in range(100):
            pace.answered(host)
            found.append(int(host.limit))
        pace.close()
        return found

    found = asyncio.run(limits())
    assert found[:4] == [4, 2, 1, 1]
    assert [number for number, _ in itertools.groupby(found[3:])] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert found.index(8) < 60


def test_refusals_of_one_round_count_once() -> None:
    async def limit() -> tuple[float, int]:
        pace = Pace(100, 8, 60)
        host = pace.host("http", "a", 80)
        for _ in range(8):
            pace.patience(host, BUSY, 5.0)
        pace.close()
        return host.limit, host.pauses

    assert asyncio.run(limit()) == (4, 1)


def test_a_host_that_only_refuses_is_given_up() -> None:
    async def verdicts() -> list[Failed | None]:
        pace = Pace(100, 8, 60)
        host = pace.host("http", "a", 80)
        found = []
        for _ in range(PAUSES + 1):
            found.append(await pace.enter(host, urgent=False))
            pace.leave(host)
            pace.patience(host, BUSY, 0.0)
            await asyncio.sleep(0.01)
        found.append(await pace.enter(host, urgent=False))
        pace.close()
        return found

    *before, after = asyncio.run(verdicts())
    assert before == [None] * (PAUSES + 1)
    assert after == Failed("rate_limited", f"the host asked for patience {PAUSES} times in a row")


def test_hosts_are_forgotten_and_slots_are_not() -> None:
    async def count() -> tuple[int, bool, bool]:
        pace = Pace(2, 2, 60)
        busy = pace.host("http", "busy", 80)
        assert await pace.enter(busy, urgent=False) is None
        alone = pace.is_last(busy)
        for number in range(REMEMBERED * 3):
            host = pace.host("http", f"host{number}", 80)
            assert await pace.enter(host, urgent=False) is None
            pace.leave(host)
        assert pace.host("http", "busy", 80) is busy
        return len(pace._hosts), alone, pace.is_last(busy)

    assert REMEMBERED > MANY_HOSTS
    assert asyncio.run(count()) == (REMEMBERED, False, True)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=40), st.integers(1, 4))
def test_slots_come_back_whatever_is_cancelled(plan: list[tuple[int, bool, bool]], concurrency: int) -> None:
    async def run() -> tuple[int, int]:
        pace, most, under_way = Pace(concurrency, 2, 60), 0, 0

        async def one(name: int, urgent: bool) -> None:
            nonlocal most, under_way
            host = pace.host("http", str(name), 80)
            await pace.enter(host, urgent)
            try:
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
            finally:
                under_way -= 1
                pace.leave(host)

        tasks = []
        for name, urgent, cancelled in plan:
            tasks.append(asyncio.create_task(one(name, urgent)))
            await asyncio.sleep(0)
            if cancelled:
                tasks[len(tasks) // 2].cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks, return_exceptions=True)
        return most, pace._free

    most, free = asyncio.run(run())
    assert most <= concurrency
    assert free == concurrency


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 5000, 1e12),
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    found = retry_after(value)
    assert found is None if seconds is None else found == pytest.approx(seconds)


def test_retry_after_of_a_date_gone_by() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@given(st.text(max_size=40))
def test_retry_after_never_raises(value: str) -> None:
    found = retry_after(value)
    assert found is None or found >= 0


@given(st.integers(1, 10_000))
def test_pauses_are_bounded(attempts: int) -> None:
    assert min(BASE_S * 2 ** min(attempts - 1, 16), LONGEST_S) / 2 <= pause(attempts) <= LONGEST_S
