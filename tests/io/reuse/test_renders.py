"""Rendered pictures are given back byte for byte, or not at all."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from vlmdata.io.reuse import Renders
from vlmdata.io.reuse.renders import INDEX, PACKS
from vlmdata.io.reuse.table import FILE

MUCH = 10**9


def parts_of(number: int) -> tuple[bytes, ...]:
    return (b"head %d" % number, bytes([number % 256]) * 1000, b"")


def kept(folder: Path, numbers: range, *, bound: int = MUCH, room: int = MUCH) -> None:
    store = Renders(folder, bound, room)
    for number in numbers:
        store.put(b"%032d" % number, parts_of(number))
    store.close()


def found(folder: Path, numbers: range, bound: int = MUCH) -> list[int]:
    """Which of them are there; wrong bytes fail."""
    store = Renders(folder, bound, 0)
    records = {number: store.get(b"%032d" % number) for number in numbers}
    store.close()
    there = [number for number, record in records.items() if record is not None]
    assert all(records[number] == b"".join(parts_of(number)) for number in there)
    return there


def packs(folder: Path) -> list[Path]:
    return sorted((folder / PACKS).iterdir(), key=lambda path: path.stat().st_mtime_ns)


def test_what_is_put_is_found_at_once_and_later(tmp_path: Path) -> None:
    store = Renders(tmp_path, MUCH, MUCH)
    store.put(b"%032d" % 1, parts_of(1))
    assert store.get(b"%032d" % 1) == b"".join(parts_of(1))
    store.close()
    kept(tmp_path, range(2, 40))
    assert found(tmp_path, range(50)) == list(range(1, 40))
    assert len(packs(tmp_path)) == 2


def test_more_packs_than_are_held_open(tmp_path: Path) -> None:
    for number in range(40):
        kept(tmp_path, range(number, number + 1))
    before = len(os.listdir("/proc/self/fd"))
    assert found(tmp_path, range(40)) == list(range(40))
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_views_are_one_record(tmp_path: Path) -> None:
    many = [b"%d," % number for number in range(3000)]
    store = Renders(tmp_path, MUCH, MUCH)
    store.put(b"k" * 32, many)
    assert store.get(b"k" * 32) == b"".join(many)
    store.close()


def test_a_pack_that_is_gone_cut_or_changed_counts_as_absent(tmp_path: Path) -> None:
    for start in (0, 10, 20, 30):
        kept(tmp_path, range(start, start + 10))
    gone, cut, changed, whole = packs(tmp_path)
    gone.unlink()
    os.truncate(cut, cut.stat().st_size // 2)
    data = bytearray(changed.read_bytes())
    data[15] ^= 1
    changed.write_bytes(data)
    assert found(tmp_path, range(40)) == [10, 11, 12, 13, 14, *range(21, 30), *range(30, 40)]
    kept(tmp_path, range(10))
    assert found(tmp_path, range(10)) == list(range(10))
    assert whole.exists()


def test_a_task_adds_no_more_than_its_room(tmp_path: Path) -> None:
    kept(tmp_path, range(100), room=10_500)
    assert found(tmp_path, range(100)) == list(range(10))


def test_packs_not_used_longest_go_first(tmp_path: Path) -> None:
    for start in range(0, 60, 10):
        kept(tmp_path, range(start, start + 10))
        for path in packs(tmp_path):  # a clock is coarse
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert found(tmp_path, range(5)) == list(range(5))
    index = sum(path.stat().st_size for path in (tmp_path / INDEX).iterdir())
    kept(tmp_path, range(60, 70), bound=index + 45_000)
    there = found(tmp_path, range(70))
    assert there[:10] == list(range(10))
    assert there[-10:] == list(range(60, 70))
    assert len(there) < 50
    assert sum(path.stat().st_size for path in packs(tmp_path)) <= 45_000


def test_a_full_disk_ends_keeping_and_nothing_else(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = Renders(tmp_path, MUCH, MUCH)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        for number in range(300):
            store.put(b"%032d" % number, parts_of(number))
        store.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    there = found(tmp_path, range(300))
    assert there == list(range(len(there)))
    assert 150 < len(there) < 200


def test_without_its_index_nothing_is_found_and_the_packs_are_bounded(tmp_path: Path) -> None:
    kept(tmp_path, range(40))
    (tmp_path / INDEX / FILE).write_bytes(b"no database" * 1000)
    assert found(tmp_path, range(40)) == []
    kept(tmp_path, range(40, 50), bound=50_000)
    assert found(tmp_path, range(50)) == list(range(40, 50))
    assert len(packs(tmp_path)) == 1


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept(tmp_path / "file", range(3))
    assert found(tmp_path / "file", range(3)) == []


@pytest.mark.parametrize("size", [0, 10**7])
def test_records_of_any_size(tmp_path: Path, size: int) -> None:
    store = Renders(tmp_path, MUCH, MUCH)
    store.put(b"k" * 32, (b"x" * size,))
    assert store.get(b"k" * 32) == b"x" * size
    store.close()
