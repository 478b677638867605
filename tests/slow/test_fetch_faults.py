"""A fetch over the network that is killed again and again, and one that is very long."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.servers.hostile import HostileServer, hostile_server
from tests.slow.conftest import A_VERB_MAY_TAKE_S, start, vlmdata

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
KIND = ("--allow-private-hosts", "--per-host", 64, "--quiet")


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as one:
        yield one


def small_picture() -> bytes:
    """One white pixel, as GIF."""
    return bytes.fromhex("47494638396101000100800000ffffff0000002c00000000010001000002024401003b")


def written_table(path: Path, urls: list[str]) -> Path:
    path.write_text("url,caption\n" + "".join(f"{url},row {number}\n" for number, url in enumerate(urls)))
    return path


def finished_rows(out: Path) -> set[str]:
    """Keys of the rows in shards whose task has reported."""
    done = set()
    for report in (out / ".work" / "tasks").glob("*.json"):
        for shard in json.loads(report.read_bytes())["shards"]:
            done.update(pq.read_table(out / shard["path"], columns=["key"]).column("key").to_pylist())
    return done


def goes_on(process: subprocess.Popen[str], out: Path, rows: int) -> None:
    """Wait until more rows are finished than ``rows``."""
    deadline = time.monotonic() + A_VERB_MAY_TAKE_S
    while len(finished_rows(out)) <= rows:
        assert process.poll() is None, "the run ended: ten kills did not fit into it"
        assert time.monotonic() < deadline, "nothing is ever finished"
        time.sleep(0.05)


@pytest.mark.parametrize("rows", [2400, pytest.param(6000, marks=pytest.mark.full)])
def test_ten_kills_lose_nothing_and_repeat_no_finished_shard(server: HostileServer, tmp_path: Path, rows: int) -> None:
    """Every row has an address of its own, so the server knows how often each was fetched.

    The server holds the last rows back until the next kill, else a quick machine is done before the tenth.
    """
    pages = [f"/pause/{number}" if number % 3 == 0 else f"/{number}.gif" for number in range(rows)]
    server.files.update(dict.fromkeys(pages, small_picture()))
    table = written_table(tmp_path / "list.csv", [server.url(page) for page in pages])
    out = tmp_path / "out"
    options = (*KIND, "--workers", 2, "--samples-per-shard", 40)
    command = ("fetch", "urls", "--from", table, "--out", out, *options)
    rng = random.Random(rows)
    settled: dict[str, int] = {}
    for kill in range(10):
        server.held = frozenset(pages[(kill + 1) * rows // 11 :])
        process = start(*command)
        goes_on(process, out, len(settled))
        time.sleep(rng.uniform(0, 0.4))
        os.killpg(process.pid, signal.SIGKILL) if rng.random() < 0.5 else process.kill()
        process.communicate()
        for key in finished_rows(out) - settled.keys():
            settled[key] = server.requests[pages[int(key.rsplit("-", 1)[1])]]
    server.held = frozenset()
    vlmdata(*command)

    keys = [key for path in sorted((out / "parquet").iterdir()) for key in pq.read_table(path)["key"].to_pylist()]
    assert len(keys) == rows == len(set(keys))
    assert 0 < len(settled) < rows
    again = {key for key, count in settled.items() if server.requests[pages[int(key.rsplit("-", 1)[1])]] > count}
    assert not again
    assert not [path for path in out.rglob("*") if path.suffix == ".partial" or path.name == ".work"]
    assert "all as the manifest says" in vlmdata("verify", out)


def peak_mib(*arguments: object) -> float:
    """Peak resident memory of a verb in one process, interpreter and libraries included."""
    process = subprocess.Popen([sys.executable, "-m", "vlmdata", *map(str, arguments)])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


@pytest.mark.parametrize("rows", [20_000, pytest.param(100_000, marks=pytest.mark.full)])
def test_memory_does_not_grow_with_rows(server: HostileServer, tmp_path: Path, rows: int) -> None:
    server.files["/a.gif"] = small_picture()
    peaks = {}
    for count in (rows // 5, rows):
        table = written_table(tmp_path / f"{count}.csv", [server.url(f"/a.gif?{number}") for number in range(count)])
        options = (*KIND, "--workers", 1, "--samples-per-shard", 1000)
        peaks[count] = peak_mib("fetch", "urls", "--from", table, "--out", tmp_path / f"out-{count}", *options)
    assert peaks[rows] <= 1.15 * peaks[rows // 5], f"peak MiB by rows: {peaks}"


def test_endless_bodies_do_not_fill_memory(server: HostileServer, tmp_path: Path) -> None:
    """Sixty of them at the same time, each of which may hold 64 MiB: 3.8 GiB if each had its way."""
    table = written_table(tmp_path / "list.csv", [server.url(f"/endless?{number}") for number in range(60)])
    out = tmp_path / "out"
    peak = peak_mib("fetch", "urls", "--from", table, "--out", out, *KIND, "--workers", 1, "--retries", 0)
    manifest = json.loads((out / "manifest.json").read_bytes())
    dropped = Counter(next(tally["dropped"] for tally in manifest["funnel"] if tally["name"] == "download"))
    assert dropped.total() == 60
    assert dropped.keys() <= {"too_large", "timeout"}
    assert peak < 1000, f"{peak:.0f} MiB"
