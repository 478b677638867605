"""A table may be shared, killed, damaged and locked: it answers rightly or not at all, and never raises."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vlmdata.io.reuse import table as module
from vlmdata.io.reuse.table import DAMAGED, FILE, Table

SPAWN = multiprocessing.get_context("spawn")


def filled(folder: Path, count: int = 600) -> None:
    table = Table(folder)
    for number in range(count):
        table.put(b"key-%d" % number, b"value-%d" % number, number // 100)
    table.close()


def found(folder: Path, count: int = 600) -> int:
    """How many of the values of ``filled`` are there; a wrong one fails."""
    table = Table(folder)
    values = [table.get(b"key-%d" % number) for number in range(count)]
    table.close()
    assert all(value in (None, (b"value-%d" % number, number // 100)) for number, value in enumerate(values))
    return sum(value is not None for value in values)


def test_values_are_found_before_and_after_they_are_written(tmp_path: Path) -> None:
    table = Table(tmp_path / "table")
    table.put(b"a", b"", 1)
    assert table.get(b"a") == (b"", 1)
    table.put(b"a", b"new", 2)
    table.close()
    table = Table(tmp_path / "table")
    assert (table.get(b"a"), table.get(b"b"), table.count) == ((b"new", 2), None, 1)
    table.close()


def test_values_are_forgotten_by_stamp_and_by_age(tmp_path: Path) -> None:
    filled(tmp_path / "table")
    table = Table(tmp_path / "table")
    size = table.bytes
    table.forget([5, 3])
    assert (table.get(b"key-350"), table.get(b"key-599"), table.count) == (None, None, 400)
    table.stamp([b"key-0"], 9)
    table.forget_oldest(0.25)
    assert (table.count, table.get(b"key-1")) == (300, None)
    assert table.get(b"key-0") == (b"value-0", 9)
    assert table.bytes < size
    table.close()


@pytest.mark.parametrize("where", ["head", "middle"])
def test_a_damaged_table_is_set_aside_and_begun_anew(tmp_path: Path, where: str) -> None:
    folder = tmp_path / "table"
    filled(folder, 5000)
    data = bytearray((folder / FILE).read_bytes())
    start = 0 if where == "head" else 4096
    data[start : start + 20_000] = os.urandom(20_000)
    (folder / FILE).write_bytes(data)
    assert found(folder, 5000) < 5000
    assert (tmp_path / f"table{DAMAGED}" / FILE).exists()
    filled(folder)
    assert found(folder) == 600


def test_a_value_that_was_changed_is_not_given_out(tmp_path: Path) -> None:
    filled(tmp_path / "table")
    with closing(sqlite3.connect(tmp_path / "table" / FILE)) as base, base:
        ((value,),) = base.execute("SELECT value FROM kept WHERE key = ?", (b"key-7",))
        base.execute("UPDATE kept SET value = ? WHERE key = ?", (b"other-7" + value[-8:], b"key-7"))
    assert found(tmp_path / "table") == 599


def test_a_locked_table_is_gone_on_without_and_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "table"
    filled(folder)
    monkeypatch.setattr(module, "_WAIT_S", 0.1)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        table = Table(folder)
        assert table.get(b"key-1") == (b"value-1", 0)
        table.put(b"another", b"one", 1)
        table.flush()
        assert table.get(b"another") is None
        table.close()
    assert found(folder) == 600
    assert not (tmp_path / f"table{DAMAGED}").exists()


def test_a_place_that_cannot_be_written_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    table = Table(tmp_path / "file" / "table")
    table.put(b"a", b"b", 1)
    assert (table.get(b"a"), table.count, table.bytes) == (None, 0, 0)
    table.close()
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_table_cleared_under_a_writer_ends_its_writing_alone(tmp_path: Path) -> None:
    filled(tmp_path / "table")
    table = Table(tmp_path / "table")
    table.put(b"late", b"one", 1)
    (tmp_path / "table").rename(tmp_path / "cleared")
    table.close()
    filled(tmp_path / "table")
    assert found(tmp_path / "table") == 600


def test_processes_begin_one_table_at_once(tmp_path: Path) -> None:
    processes = [SPAWN.Process(target=filled, args=(tmp_path / "table", 3000)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert found(tmp_path / "table", 3000) == 3000
    assert [path.name for path in (tmp_path / "table").iterdir() if path.suffix == ".new"] == []


def _fill_for_ever(folder: Path, ready: Any) -> None:
    while True:
        filled(folder, 5000)
        ready.set()


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2])
def test_a_killed_writer_leaves_a_table_that_serves(tmp_path: Path, after_s: float) -> None:
    ready = SPAWN.Event()
    process = SPAWN.Process(target=_fill_for_ever, args=(tmp_path / "table", ready))
    process.start()
    assert ready.wait(60)
    process.join(after_s)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert found(tmp_path / "table", 5000) == 5000
    filled(tmp_path / "table", 6000)
    assert found(tmp_path / "table", 6000) == 6000
    assert not (tmp_path / f"table{DAMAGED}").exists()
