"""Answers stay within their bound, and those in use stay longest."""

from __future__ import annotations

from pathlib import Path

from vlmdata.io.reuse import Answers
from vlmdata.io.reuse.answers import TABLE
from vlmdata.io.reuse.table import Table


def test_answers_are_given_back(tmp_path: Path) -> None:
    store = Answers(tmp_path, 10**6)
    assert store.get(b"a") is None
    store.put(b"a", b"yes")
    store.close()
    store = Answers(tmp_path, 10**6)
    assert store.get(b"a") == b"yes"
    store.close()


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path) -> None:
    table = Table(tmp_path / TABLE)
    for number in range(2000):
        table.put(b"%032d" % number, b"x" * 100, number // 1000)
    table.close()
    size = (tmp_path / TABLE / "base.sqlite").stat().st_size
    store = Answers(tmp_path, size * 3 // 4)
    assert store.get(b"%032d" % 3) == b"x" * 100
    store.put(b"new", b"one")
    store.close()
    store = Answers(tmp_path, size)
    there = [number for number in range(2000) if store.get(b"%032d" % number)]
    assert 3 in there
    assert [number for number in there if number >= 1000] == list(range(1000, 2000))
    assert 1300 < len(there) < 1400
    assert store.get(b"new") == b"one"
    store.close()
