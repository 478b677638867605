"""A data set directory read again, and its card and manifest."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from vlmdata.errors import InputError
from vlmdata.shards.directory import Directory
from vlmdata.shards.manifest_file import MANIFEST, read_manifest, write_manifest
from vlmdata.shards.schema import OPTIONAL_COLUMNS
from vlmdata.types import Partition, Rejected, Sample, from_record, to_record

Maker = Callable[..., Path]


def opened(root: Path, **fields: object) -> Directory:
    return Directory.model_validate({"path": root.name, **fields}, context={"base": str(root.parent)})


def read_all(directory: Directory) -> list[Sample | Rejected]:
    return [item for partition in directory.partitions() for item in directory.read(partition)]


@pytest.mark.parametrize("formats", [("parquet",), ("webdataset",), ("parquet", "webdataset")])
def test_what_was_written_is_read(made: SimpleNamespace, make_directory: Maker, formats: tuple[str, ...]) -> None:
    directory = opened(make_directory(formats=formats))
    folder = formats[0]
    assert [(part.file.split("/")[0], part.start, part.stop) for part in directory.partitions()] == [
        (folder, 0, 7), (folder, 0, 1), (folder, 0, 7), (folder, 0, 1),
    ]  # fmt: skip
    items = read_all(directory)
    assert [item.key for item in items] == [f"made-{task * 100 + n:05d}" for task in range(2) for n in (*range(7), 99)]
    assert items[0] == from_record(to_record(made.written(0)))
    assert [item.origin.split for item in items if isinstance(item, Sample)] == [*["train"] * 7, "validation"] * 2
    assert directory.title == "made-up"
    assert directory.role == "train"
    assert directory.license.images == "CC BY 4.0"
    assert directory.columns() == set(OPTIONAL_COLUMNS)


def test_part_of_a_shard(make_directory: Maker) -> None:
    directory = opened(make_directory())
    part = Partition("parquet/train-00001.parquet", 2, 4)
    assert [item.key for item in directory.read(part)] == ["made-00102", "made-00103"]


def test_one_split(make_directory: Maker) -> None:
    root = make_directory()
    assert [item.key for item in read_all(opened(root, split="validation"))] == ["made-00099", "made-00199"]
    with pytest.raises(InputError, match=r"no split 'test'; it has train, validation"):
        opened(root, split="test").partitions()


def test_digest_follows_the_shards_alone(make_directory: Maker) -> None:
    root = make_directory()
    digest = opened(root).digest()
    manifest = read_manifest(root)
    write_manifest(root, replace(manifest, timings={"total": 3.5}, name="renamed"))
    assert opened(root).digest() == digest
    write_manifest(root, replace(manifest, shards=[replace(manifest.shards[0], sha256="0" * 64), *manifest.shards[1:]]))
    assert opened(root).digest() != digest
    assert opened(root, split="validation").digest() != digest


def test_tiled_samples_are_rejected_and_planned_ones_read(made: SimpleNamespace, tmp_path: Path) -> None:
    items = [("train", made.written(n, layout=made.TILES, planned=n % 2 == 1)) for n in range(4)]
    made.finish(tmp_path, made.write_task(tmp_path, items), 4)
    read = read_all(opened(tmp_path))
    assert [item.reason if isinstance(item, Rejected) else item.key for item in read] == [
        "already_tiled", "made-00001", "already_tiled", "made-00003",
    ]  # fmt: skip
    assert isinstance(read[0], Rejected)
    assert read[0].source == "parquet/train-00000.parquet#0"
    assert read[0].key == "made-00000"
    assert "two-halves" in read[0].detail


def test_an_evaluation_set_stays_one(make_directory: Maker) -> None:
    root = make_directory()
    write_manifest(root, replace(read_manifest(root), role="eval"))
    assert opened(root).role == "eval"


def test_a_read_directory_travels_to_workers(make_directory: Maker) -> None:
    directory = opened(make_directory())
    directory.partitions()
    again = pickle.loads(pickle.dumps(directory))
    assert again == directory
    assert again.root == directory.root
    assert len(read_all(again)) == 16


def test_missing_and_cut_shards_are_refused_before_work(make_directory: Maker) -> None:
    root = make_directory()
    path = root / "parquet/train-00001.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"train-00001\.parquet has \d+ bytes, not \d+"):
        opened(root).partitions()
    path.unlink()
    with pytest.raises(InputError, match=r"train-00001\.parquet is missing"):
        opened(root).partitions()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no manifest.json"),
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"schema_version": 1}', "damaged"),
        ('{"schema_version": 2}', "upgrade"),
    ],
)
def test_bad_manifests(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_manifest(tmp_path)


@pytest.mark.parametrize("path", ["/etc/passwd", "parquet/../../x.parquet", "elsewhere/x.parquet"])
def test_a_manifest_cannot_lead_out_of_its_directory(make_directory: Maker, path: str) -> None:
    root = make_directory()
    data = json.loads((root / MANIFEST).read_bytes())
    data["shards"][0]["path"] = path
    (root / MANIFEST).write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="no shard of this directory"):
        read_manifest(root)


def test_manifest_bytes_are_stable(make_directory: Maker) -> None:
    root = make_directory()
    before = (root / MANIFEST).read_bytes()
    write_manifest(root, read_manifest(root))
    assert (root / MANIFEST).read_bytes() == before
