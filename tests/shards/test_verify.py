"""Each kind of damage is found and named; a sound directory has none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from vlmdata.errors import InputError
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.shards.store import Shard
from vlmdata.shards.verify import PROBLEMS_AT_MOST, verify
from vlmdata.types import Record, ShardInfo, record_json, to_record

Maker = Callable[..., Path]


@pytest.mark.parametrize("formats", [("parquet",), ("webdataset",), ("parquet", "webdataset")])
def test_a_sound_directory(make_directory: Maker, formats: tuple[str, ...]) -> None:
    assert verify(make_directory(formats=formats)) == []


def test_tiles_and_plans_are_sound(made: SimpleNamespace, tmp_path: Path) -> None:
    items = [("train", made.written(n, layout=made.TILES, planned=n % 2 == 1)) for n in range(6)]
    made.finish(tmp_path, made.write_task(tmp_path, items), 6)
    assert verify(tmp_path) == []


def test_without_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        verify(tmp_path)


@pytest.mark.parametrize("name", ["parquet/train-00001.parquet", "webdataset/train-00001.tar"])
def test_files(make_directory: Maker, name: str) -> None:
    path = make_directory() / name
    root, data = path.parent.parent, path.read_bytes()
    path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    (problem,) = verify(root)
    assert problem.startswith(f"{name} has SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}, not ")
    path.write_bytes(data[:-10])
    assert verify(root) == [f"{name} has {len(data) - 10} bytes, not {len(data)}"]
    path.unlink()
    assert verify(root) == [f"{name} is missing"]


def test_strays(make_directory: Maker) -> None:
    root = make_directory()
    (root / "parquet/train-00007.parquet.partial").touch()
    (root / "webdataset/other-00000.tar").touch()
    assert verify(root) == [
        "parquet/train-00007.parquet.partial was left by a run that was cut off: remove it",
        "webdataset/other-00000.tar is not in manifest.json",
    ]


def test_counts_close(make_directory: Maker) -> None:
    root = make_directory()
    write_manifest(root, replace(read_manifest(root), written=15))
    assert verify(root) == [
        "manifest.json: in + created = written + merged + dropped does not hold",
        "manifest.json: 15 samples written, 16 in the parquet shards",
        "manifest.json: 15 samples written, 16 in the webdataset shards",
    ]


def test_dropped_records_are_counted(made: SimpleNamespace, make_directory: Maker) -> None:
    root = make_directory()
    made.finish(root, read_manifest(root).shards, 16, dropped=2)
    (root / "dropped").mkdir()
    assert verify(root) == ["dropped/ holds 0 records, manifest.json counts 2"]


def with_records(made: SimpleNamespace, root: Path, *rows: list[Record]) -> list[str]:
    """Problems of a directory whose shards hold these rows as they are, one list for both formats or one each."""
    infos: list[ShardInfo] = []
    for kind, records in zip(("parquet", "webdataset"), rows * (3 - len(rows)), strict=True):
        shard = Shard(root, "train", "train-00000", [kind], made.arrow_schema())
        for record in records:
            shard.write(record, record_json(record, made.COLUMNS))
        shard.finish()
        infos += shard.publish()
    made.finish(root, infos, infos[0].samples)
    return verify(root)


def test_keys_are_unique(made: SimpleNamespace, tmp_path: Path) -> None:
    rows = [to_record(made.written(n)) for n in (1, 2, 1, 3, 1)]
    first = "parquet/train-00000.parquet row 0"
    assert with_records(made, tmp_path, rows) == [
        f"parquet/train-00000.parquet row 2: key 'made-00001' is also that of {first}",
        f"parquet/train-00000.parquet row 4: key 'made-00001' is also that of {first}",
    ]


def test_rows_are_consistent(made: SimpleNamespace, tmp_path: Path) -> None:
    row = to_record(made.written(1))
    row["image_info"] = [{**row["image_info"][0], "count": 2}]
    row["messages"] = [{"role": "robot", "content": row["messages"][0]["content"]}, *row["messages"][1:]]
    where = "parquet/train-00000.parquet row 0 (made-00001): "
    assert with_records(made, tmp_path, [row]) == [
        where + "image 0: 2 pictures stored, 1 views described",
        where + "1 pictures stored, 2 described in image_info",
        where + "message 0 has role 'robot'",
    ]


def test_formats_hold_the_same(made: SimpleNamespace, tmp_path: Path) -> None:
    rows = [to_record(made.written(n)) for n in range(4)]
    text = [*rows[:2], {**rows[2], "language": "xx"}, rows[3]]
    where = "parquet/train-00000.parquet row"
    assert with_records(made, tmp_path / "a", rows, text) == [
        f"{where} 2: 'made-00002' differs between Parquet and tar"
    ]
    picture = [{**rows[0], "images": [{**rows[0]["images"][0], "bytes": b"other"}]}, *rows[1:]]
    assert with_records(made, tmp_path / "b", rows, picture) == [
        f"{where} 0: the pictures of 'made-00000' differ between Parquet and tar"
    ]
    assert with_records(made, tmp_path / "c", rows, [rows[1], rows[0], *rows[2:]]) == [
        f"{where} 0: the tar has key 'made-00001', the Parquet 'made-00000'",
        f"{where} 1: the tar has key 'made-00000', the Parquet 'made-00001'",
    ]
    assert with_records(made, tmp_path / "d", rows, rows[:3]) == [
        "manifest.json: 4 samples written, 3 in the webdataset shards",
        "manifest.json: formats are cut differently at parquet/train-00000.parquet and webdataset/train-00000.tar",
        "parquet/train-00000.parquet has 3 rows in every format, manifest.json says 4",
    ]


def test_columns_are_the_same_everywhere(made: SimpleNamespace, tmp_path: Path) -> None:
    bare = tuple(column for column in made.COLUMNS if column != "choices")
    first = made.written(0)
    second = replace(first, sample=replace(first.sample, key="other", choices=()))
    infos = made.write_task(tmp_path, [("train", first)], 0)
    infos += made.write_task(tmp_path, [("train", second)], 1, columns=bare)
    made.finish(tmp_path, infos, 2)
    problems = verify(tmp_path)
    assert any("parquet/train-00001.parquet has columns" in problem for problem in problems)
    assert "parquet/train-00001.parquet has another schema than the first shard" in problems
    assert "parquet/train-00001.parquet row 0 (other) lacks ['choices']" in problems


def test_problems_are_bounded(made: SimpleNamespace, tmp_path: Path) -> None:
    rows = [{**to_record(made.written(n)), "choices": [{"message": 9, "options": [], "answer": 1}]} for n in range(99)]
    assert len(with_records(made, tmp_path, rows)) == PROBLEMS_AT_MOST
