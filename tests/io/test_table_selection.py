"""Rows chosen by a condition, a sample and a limit: the right ones, whatever the chunks and files are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.expression import parse
from vlmdata.io.table.rows import Row, table_rows
from vlmdata.io.table.selection import Choice, selected_rows

ROWS = 5000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(5)
    width = [None if number % 97 == 0 else int(value) for number, value in enumerate(rng.integers(1, 1000, ROWS))]
    return pa.table({"n": np.arange(ROWS), "Width": width, "similarity": rng.random(ROWS), "text": ["x"] * ROWS})


def written(folder: Path, table: pa.Table, files: int, group: int) -> dict[str, Callable[[], pq.ParquetFile]]:
    each = -(-table.num_rows // files)
    openers: dict[str, Callable[[], pq.ParquetFile]] = {}
    for number in range(files):
        path = folder / f"{files}-{group}-{number}.parquet"
        pq.write_table(table.slice(number * each, each), path, row_group_size=group)
        openers[path.name] = partial(pq.ParquetFile, path)
    return openers


def chosen(openers: dict[str, Callable[[], pq.ParquetFile]], choice: Choice) -> list[int]:
    """The column ``n`` of the rows selected, in order."""
    selection = selected_rows(openers, uuid4().hex, choice)
    return [
        n for name, opened in openers.items() for n in opened().read(["n"])["n"].take(selection.of(name)).to_pylist()
    ]


@pytest.mark.parametrize(
    "text",
    ["width >= 500 and similarity > 0.28", "width is null", "not width > 20", "n / 2 = 7 or TEXT = 'y'", "1 < 2"],
)
def test_a_condition_takes_what_it_takes_row_by_row(tmp_path: Path, table: pa.Table, text: str) -> None:
    where = parse(text)
    rows = [{**row, "width": row["Width"], "TEXT": row["text"]} for row in table.to_pylist()]
    expected = [row["n"] for row in rows if where.evaluate(row)]
    for files, group in ((1, 10_000), (3, 300)):
        assert chosen(written(tmp_path, table, files, group), Choice(where)) == expected


def test_a_limit_takes_the_first_and_opens_no_more(tmp_path: Path, table: pa.Table) -> None:
    openers = written(tmp_path, table, 5, 100)
    seen: list[str] = []

    def noted(name: str) -> pq.ParquetFile:
        seen.append(name)
        return openers[name]()

    where = parse("width > 100")
    everything = chosen(openers, Choice(where))
    selection = selected_rows({name: partial(noted, name) for name in openers}, uuid4().hex, Choice(where, limit=1200))
    assert seen == list(openers)[:2]
    assert [len(selection.of(name)) for name in openers][2:] == [0, 0, 0]
    assert chosen(openers, Choice(where, limit=1200)) == everything[:1200]


@pytest.mark.parametrize("where", [None, "width > 300"])
def test_a_sample_does_not_depend_on_files_and_chunks(tmp_path: Path, table: pa.Table, where: str | None) -> None:
    choice = Choice(parse(where) if where else None, sample=700, seed=3)
    one = chosen(written(tmp_path, table, 1, 10_000), choice)
    assert one == chosen(written(tmp_path, table, 4, 130), choice)
    assert len(one) == 700
    assert one == sorted(set(one))
    assert set(one) <= set(chosen(written(tmp_path, table, 1, 10_000), Choice(choice.where)))
    assert one[:9] == chosen(written(tmp_path, table, 1, 10_000), Choice(choice.where, sample=700, seed=3, limit=9))


def test_samples_are_even_and_differ_by_seed(tmp_path: Path, table: pa.Table) -> None:
    openers = written(tmp_path, table, 1, 10_000)
    counts = np.zeros(ROWS)
    for seed in range(100):
        counts[chosen(openers, Choice(sample=500, seed=seed))] += 1
    by_part = counts.reshape(10, -1).sum(axis=1)
    assert counts.sum() == 50_000
    assert abs(by_part - 5000).max() < 350  # five standard deviations of the hypergeometric sum
    assert counts.max() < 35


def test_a_sample_larger_than_the_table_is_all_of_it(tmp_path: Path, table: pa.Table) -> None:
    assert chosen(written(tmp_path, table, 2, 999), Choice(sample=ROWS + 1)) == list(range(ROWS))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("widht > 3", r"no column 'widht' \(did you mean 'Width'\?\); it has n, Width, similarity, text"),
        ("text > 3", r"does not go with its columns: text is string"),
        ("width", r"does not go with its columns: Width is int64"),
    ],
)
def test_a_condition_that_does_not_fit_is_refused(tmp_path: Path, table: pa.Table, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        chosen(written(tmp_path, table, 1, 1000), Choice(parse(text)))


def read(path: Path, numbers: Any, start: int = 0, stop: int | None = None, digest: str = "") -> list[Row]:
    with pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False) as file:
        return list(table_rows(file, digest, numbers, start, len(numbers) if stop is None else stop))


@given(st.data())
def test_rows_are_read_by_number(data: st.DataObject) -> None:
    import tempfile

    rows, group = data.draw(st.integers(1, 4000)), data.draw(st.integers(1, 3000))
    numbers = np.array(sorted(data.draw(st.sets(st.integers(0, rows - 1), min_size=1, max_size=50))))
    start = data.draw(st.integers(0, len(numbers)))
    stop = data.draw(st.integers(start, len(numbers)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        pq.write_table(pa.table({"n": np.arange(rows)}), path, row_group_size=group)
        found = read(path, numbers, start, stop)
    assert [row.number for row in found] == [row.values["n"] for row in found if isinstance(row.values, dict)]
    assert [row.number for row in found] == numbers[start:stop].tolist()


def test_deep_rows_of_a_huge_row_group_come_from_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))
    path = tmp_path / "a.parquet"
    count = 200_000
    pq.write_table(pa.table({"n": np.arange(count), "raw": [b"x"] * count}), path, row_group_size=count)
    whole = read(path, range(count))
    deep = read(path, range(count), 150_000, 150_040, digest="d")
    assert deep == whole[150_000:150_040]
    (copy,) = (tmp_path / "home" / "indexes").iterdir()
    assert pq.ParquetFile(copy).num_row_groups > 20
    assert pq.ParquetFile(copy).schema_arrow.names == ["n"]


def test_a_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"n": np.arange(400), "text": [f"{number:0400d}" for number in range(400)]})
    pq.write_table(table, path, row_group_size=100, compression="snappy", use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(1).column(1)
    broken = bytearray(path.read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    broken[middle - 200 : middle + 200] = b"\xff" * 400
    path.write_bytes(broken)
    found = [
        row.values.reason if isinstance(row.values, BadRecord) else row.values["n"] for row in read(path, range(400))
    ]
    assert found == [*range(100), *["corrupt_row_group"] * 100, *range(200, 400)]
    taken = selected_rows({"a": partial(pq.ParquetFile, path)}, uuid4().hex, Choice(parse("text >= '000' and n >= 0")))
    assert taken.of("a").tolist() == list(range(400))


def test_odd_values_become_plain_ones(tmp_path: Path) -> None:
    from decimal import Decimal

    nanoseconds = pa.array([1_600_000_000_000_000_001, None], pa.timestamp("ns"))
    far = pa.array([10_000_000, 0], pa.date32())
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")]
    )
    columns = {
        "when": nanoseconds,
        "far": far,
        "price": pa.array([Decimal("1.50"), None]),
        "raw": pa.array([b"x", b"y"]),
    }
    pq.write_table(pa.table({**columns, "text": broken}), tmp_path / "a.parquet")
    good, bad = (row.values for row in read(tmp_path / "a.parquet", range(2)))
    assert isinstance(good, dict)
    assert good["when"] == "2020-09-13 12:26:40.000000001"
    assert str(good["price"]) == "1.50"
    assert "raw" not in good
    assert isinstance(bad, BadRecord)
    assert bad.reason == "not_unicode"
