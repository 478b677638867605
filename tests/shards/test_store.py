"""What a task publishes: names, cuts, counts, and nothing when it fails."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from vlmdata.errors import BadRecord, RunError, StorageError
from vlmdata.shards.formats import read_records
from vlmdata.shards.schema import BASE_COLUMNS
from vlmdata.shards.store import ShardSet
from vlmdata.types import Drop, Dropped, TextPart


def shard_set(made: SimpleNamespace, root: Path, **changes: object) -> ShardSet:
    settings = {"formats": ("parquet", "webdataset"), "columns": made.COLUMNS, "max_samples": 100, "max_bytes": 10**9}
    return ShardSet(root, 12, **{**settings, **changes})  # type: ignore[arg-type]


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_splits_overflow_and_infos(made: SimpleNamespace, tmp_path: Path) -> None:
    with shard_set(made, tmp_path, max_samples=4) as shards:
        for number in range(10):
            shards.write(made.written(number), "train")
        shards.write(made.written(99), "validation")
        assert all(name.endswith(".partial") for name in files(tmp_path))
        infos = shards.close()
    names = ["train-00012", "train-00012-1", "train-00012-2", "validation-00012"]
    assert [info.path for info in infos] == [
        path for name in names for path in (f"parquet/{name}.parquet", f"webdataset/{name}.tar")
    ]
    assert files(tmp_path) == sorted(info.path for info in infos)
    assert [info.samples for info in infos] == [4, 4, 4, 4, 2, 2, 1, 1]
    for info in infos:
        data = (tmp_path / info.path).read_bytes()
        assert (info.bytes, info.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert info.split == info.path.split("/")[1].split("-")[0]
    for info in infos[::2]:
        tar = info.path.replace("parquet", "webdataset", 1).replace(".parquet", ".tar")
        assert list(read_records(tmp_path / info.path)) == list(read_records(tmp_path / tar))


def test_bytes_cut_shards_and_a_large_sample_stands_alone(made: SimpleNamespace, tmp_path: Path) -> None:
    large = made.written(0, text="x" * 50_000)
    with shard_set(made, tmp_path, max_bytes=8000) as shards:
        for item in (made.written(1), large, made.written(3), made.written(4)):
            shards.write(item, "train")
        infos = shards.close()
    assert [info.samples for info in infos[::2]] == [1, 1, 2]


def test_a_task_without_samples_writes_nothing(made: SimpleNamespace, tmp_path: Path) -> None:
    with shard_set(made, tmp_path / "out") as shards:
        assert shards.close() == []
    assert files(tmp_path) == []


@pytest.mark.parametrize("closes", [False, True])
def test_a_failure_leaves_nothing(made: SimpleNamespace, tmp_path: Path, closes: bool) -> None:
    """Whether the block raises or just ends without close."""

    def fail() -> None:
        with shard_set(made, tmp_path, max_samples=2) as shards:
            shards.dropped.write(Dropped(key="d", step="read", drop=Drop(reason="bad"), source="s"))
            for number in range(5):
                shards.write(made.written(number), "train")
            if closes:
                raise KeyboardInterrupt

    if closes:
        with pytest.raises(KeyboardInterrupt):
            fail()
    else:
        fail()
    assert files(tmp_path) == []


def test_bad_samples_are_refused_and_the_rest_is_written(made: SimpleNamespace, tmp_path: Path) -> None:
    item = made.written(1)
    half = replace(item.sample.messages[0], content=(TextPart("\ud83d"),))
    with shard_set(made, tmp_path) as shards:
        shards.write(made.written(0), "train")
        with pytest.raises(BadRecord) as caught:
            shards.write(replace(item, sample=replace(item.sample, messages=(half, half))), "train")
        assert caught.value.reason == "not_unicode"
        with pytest.raises(BadRecord) as caught:
            shards.write(item, "../train")
        assert caught.value.reason == "bad_split"
        shards.write(made.written(2), "train")
        infos = shards.close()
    assert [info.samples for info in infos] == [2, 2]
    assert [record["key"] for record in read_records(tmp_path / infos[1].path)] == ["made-00000", "made-00002"]


def test_undeclared_columns_are_not_lost_in_silence(made: SimpleNamespace, tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match=r"made-00000.*alternatives.*fills"),
        shard_set(made, tmp_path, columns=(*BASE_COLUMNS, "choices", "annotations")) as shards,
    ):
        shards.write(made.written(0), "train")
    assert files(tmp_path) == []


@pytest.fixture
def file_limit() -> Iterator[int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    yield 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["parquet", "webdataset"])
def test_a_full_disk_is_one_clear_error(made: SimpleNamespace, tmp_path: Path, name: str, file_limit: int) -> None:
    view = replace(made.written(0).views[0][0], data=b"\xff" * 10_000)
    item = replace(made.written(0), views=((view,),))

    def fill() -> None:
        with shard_set(made, tmp_path, formats=[name], max_samples=1000) as shards:
            for _ in range(200):
                shards.write(item, "train")
            shards.close()

    with pytest.raises(StorageError, match=rf"{name}/train-00012.*same command"):
        fill()
    assert files(tmp_path) == []


def test_dropped_records(made: SimpleNamespace, tmp_path: Path) -> None:
    import datasets

    with shard_set(made, tmp_path) as shards:
        for number in range(2500):
            sample = made.written(number, text="word " * 300).sample if number % 2 else None
            drop = Drop(reason="min_side", value=str(number), threshold="64")
            shards.dropped.write(Dropped(key=f"k{number}", step="filter.image", drop=drop, source="a#1", sample=sample))
        shards.dropped.write(Dropped(key="odd", step="read", drop=Drop(reason="x", value="a\ud83d\nb"), source="a#2"))
        shards.dropped.thumbnails({1: made.picture(8, 6, 200), 2500: made.picture(5, 5, 3)})
        assert shards.close() == []
    assert files(tmp_path) == ["dropped/train-00012.parquet"]
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "dropped/*.parquet"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert rows.num_rows == 2501
    first, second, last = rows[0], rows[1], rows[2500]
    assert (first["key"], first["value"], first["threshold"], first["text"], first["thumbnail"]) == (
        "k0", "0", "64", None, None,
    )  # fmt: skip
    assert second["text"].startswith("word word")
    assert len(second["text"]) == 500
    assert second["thumbnail"].size == (8, 6)
    assert last["value"] == "a?\nb"
    assert last["thumbnail"].size == (5, 5)


def test_equal_drops_make_equal_bytes(made: SimpleNamespace, tmp_path: Path) -> None:
    hashes = set()
    for name in ("one", "two"):
        with shard_set(made, tmp_path / name) as shards:
            shards.dropped.write(Dropped(key="d", step="read", drop=Drop(reason="bad"), source="s"))
            shards.dropped.thumbnails({0: b"picture"})
            shards.close()
        hashes.add(hashlib.sha256((tmp_path / name / "dropped/train-00012.parquet").read_bytes()).hexdigest())
    assert len(hashes) == 1
