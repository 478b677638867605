"""What is said of the network while a fetch runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlmdata.engine import traffic as module
from vlmdata.engine.traffic import Pace, Pulse, Traffic, together, traffic_of
from vlmdata.engine.workspace import WORK


def test_tasks_add_up(tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    Pulse(tmp_path, 0).beat(Traffic(got=3, bytes=300, failed={"timeout": 1}, slow=[("a.example", 2.0)]))
    Pulse(tmp_path, 1).beat(Traffic(got=4, bytes=50, failed={"timeout": 2, "http_404": 1}, slow=[("b.example", 9.0)]))
    whole = together(traffic_of(tmp_path))
    assert (whole.got, whole.bytes, dict(whole.failed)) == (7, 350, {"timeout": 3, "http_404": 1})
    assert [host for host, _ in whole.slow] == ["b.example", "a.example"]


def test_nothing_is_said_where_nothing_is_fetched(tmp_path: Path) -> None:
    assert Pace().told(together(traffic_of(tmp_path))) == ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_rates_count_from_the_start_of_this_run(clock: list[float]) -> None:
    pace = Pace(Traffic(got=1000, bytes=10**9, failed={"timeout": 50}))
    clock[0] += 10
    told = pace.told(Traffic(got=1080, bytes=10**9 + 40_000_000, failed={"timeout": 60, "http_404": 10}))
    assert told == "8 images/s, 4.0 MB/s, 80% got, timeout 10%, http_404 10%"


def test_a_stall_names_the_hosts_that_are_waited_for(clock: list[float]) -> None:
    pace = Pace()
    seen = Traffic(got=10, bytes=1, slow=[("slow.example", 7.2), ("slow.example", 6.0), ("b.example", 5.5)])
    assert "waiting" not in pace.told(seen)
    clock[0] += Pace.STALL_S
    assert pace.told(seen).endswith("waiting for slow.example (7 s), b.example (6 s)")
    assert "waiting" not in pace.told(Traffic(got=11, bytes=1, slow=seen.slow))


def test_trouble_is_told(clock: list[float]) -> None:
    clock[0] += 1
    assert (
        Pace()
        .told(Traffic(failed={"dns_failure": 4}, trouble="the resolver does not answer"))
        .endswith("dns_failure 100%. the resolver does not answer")
    )
