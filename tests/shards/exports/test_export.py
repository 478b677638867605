"""What all formats have in common: refusals, whole or nothing, the same bytes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shards.exports.compared import records
from tests.shards.exports.conftest import Made
from vlmdata.errors import BadRecord, InputError, MissingExtraError, OutputExistsError, RunError, UsageError
from vlmdata.shards.exports import EXPORTS, Export
from vlmdata.shards.exports.export import export, read_report
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import Tally
from vlmdata.shards.manifest_file import read_manifest, write_manifest

OURS = ("energon", "mds", "llava", "messages", "vlmeval", "coco")
"""Those that need no package."""
ONE_PICTURE = ("llava", "messages", "vlmeval", "coco")


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("to", OURS)
def test_the_same_data_makes_the_same_bytes(data_set: Made, tmp_path: Path, to: str) -> None:
    given = data_set("questions")
    for name in "ab":
        export(given, to, tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("to", ["mds", "llava", "messages", "vlmeval", "coco"])
def test_tars_alone_make_the_same_bytes_as_parquet(data_set: Made, tmp_path: Path, to: str) -> None:
    export(data_set("questions", formats="parquet"), to, tmp_path / "a")
    export(data_set("questions", formats="webdataset"), to, tmp_path / "b")
    first, second = files(tmp_path / "a"), files(tmp_path / "b")
    assert first.pop("export.yaml") != second.pop("export.yaml")  # it was made of other shards
    assert first == second


@pytest.mark.parametrize("to", OURS)
def test_the_report_tells_of_every_sample(data_set: Made, tmp_path: Path, to: str) -> None:
    given = data_set("talk")
    made = export(given, to, tmp_path / "out")
    assert read_report(tmp_path / "out") == made
    assert sum(made.samples.values()) + sum(made.left_out.values()) == read_manifest(given).written
    for name, facts in made.files.items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == facts["sha256"]
    assert [source["license_images"] for source in made.sources] == ["CC0-1.0"]


@pytest.mark.parametrize("to", ONE_PICTURE)
def test_tiles_are_refused_with_the_line_to_change(data_set: Made, tmp_path: Path, to: str) -> None:
    with pytest.raises(UsageError, match=r"'llava-next'.*`tile.anyres`.*`output: \{views: planned\}`"):
        export(data_set("tiled"), to, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", sorted(EXPORTS.keys() - {"coco", "lance", "litdata"}))
def test_places_that_are_not_text_are_refused(data_set: Made, tmp_path: Path, to: str) -> None:
    with pytest.raises(UsageError, match=r"places that are not text yet.*`boxes.render"):
        export(data_set("regions"), to, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_places_that_chat_render_has_written_are_text(data_set: Made, tmp_path: Path) -> None:
    assert export(data_set("chat"), "messages", tmp_path / "out").left_out == {}


def test_wrong_use_is_refused(data_set: Made, tmp_path: Path) -> None:
    given = data_set("talk")
    with pytest.raises(UsageError, match="unknown format 'tfrecord'; known: energon, mds"):
        export(given, "tfrecord", tmp_path / "out")
    with pytest.raises(InputError, match="no split 'test'; it has train, validation"):
        export(given, "llava", tmp_path / "out", split="test")
    with pytest.raises(InputError, match=r"no manifest\.json"):
        export(tmp_path, "llava", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", [name for name, kind in EXPORTS.items() if kind.needs])
def test_a_missing_package_is_named(data_set: Made, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EXPORTS[to], "needs", "not_installed_anywhere")
    with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\["):
        export(data_set("talk"), to, tmp_path / "out")


def test_one_split_is_enough(data_set: Made, tmp_path: Path) -> None:
    made = export(data_set("talk"), "llava", tmp_path / "out", split="validation")
    assert made.samples.keys() == {"validation"}
    assert not (tmp_path / "out" / "train.json").exists()


def test_what_stands_there_is_found_done_kept_or_replaced(data_set: Made, tmp_path: Path) -> None:
    given, other, out = data_set("talk"), data_set("questions"), tmp_path / "out"
    made = export(given, "llava", out)
    before = (out / "train.json").stat().st_mtime_ns
    assert export(given, "llava", out) == made
    assert (out / "train.json").stat().st_mtime_ns == before
    with pytest.raises(OutputExistsError, match="--overwrite to replace it"):
        export(other, "llava", out)
    assert export(other, "llava", out, overwrite=True).name == "questions"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_others_is_never_touched(data_set: Made, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("x")
    with pytest.raises(OutputExistsError, match="is no export"):
        export(data_set("talk"), "llava", tmp_path / "out", overwrite=overwrite)
    assert (tmp_path / "out" / "thesis.tex").read_text() == "x"


@pytest.mark.parametrize("to", OURS)
def test_what_others_put_into_an_export_is_not_removed(data_set: Made, tmp_path: Path, to: str) -> None:
    export(data_set("talk"), to, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("x")
    with pytest.raises(OutputExistsError, match=r"holds 'notes\.txt' too"):
        export(data_set("questions"), to, tmp_path / "out", overwrite=True)
    (tmp_path / "out" / "notes.txt").unlink()
    assert export(data_set("questions"), to, tmp_path / "out", overwrite=True).name == "questions"


class _Interrupted(Exception):
    pass


@pytest.mark.parametrize("to", OURS)
def test_a_run_that_is_cut_off_leaves_nothing_and_keeps_what_was(data_set: Made, tmp_path: Path, to: str) -> None:
    export(data_set("questions"), to, tmp_path / "out")
    before = files(tmp_path / "out")

    def cut_off(done: int) -> None:
        if done > 3:
            raise _Interrupted

    with pytest.raises(_Interrupted):
        export(data_set("talk"), to, tmp_path / "out", overwrite=True, watch=cut_off)
    assert files(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_leftovers_of_a_killed_run_are_no_export_and_go(data_set: Made, tmp_path: Path) -> None:
    left = tmp_path / ".out.exporting"
    left.mkdir()
    (left / "train.json").write_text("[")
    made = export(data_set("talk"), "llava", tmp_path / "out")
    assert sum(made.samples.values()) == len(json.loads((tmp_path / "out" / "train.json").read_text())) + len(
        json.loads((tmp_path / "out" / "validation.json").read_text())
    )
    assert not left.exists()


def test_strict_asks_for_all(data_set: Made, tmp_path: Path) -> None:
    given = data_set("talk")
    with pytest.raises(RunError, match=r"cannot be written \(.*--strict"):
        export(given, "vlmeval", tmp_path / "out", strict=True)
    assert not (tmp_path / "out").exists()
    assert export(given, "vlmeval", tmp_path / "out").left_out
    with pytest.raises(RunError, match=r"left-out\.csv; --strict"):
        export(given, "vlmeval", tmp_path / "out", strict=True)


def test_an_export_of_nothing_is_an_error(make_directory: Callable[..., Path], tmp_path: Path) -> None:
    class Picky(Export):
        """Takes nothing."""

        name = "picky"
        takes_views = takes_regions = True

        def write(self, given: Given, out: Path, tally: Tally) -> None:
            for row in given.records("train"):
                tally.leave_out("train", row["key"], BadRecord("odd"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EXPORTS, "picky", Picky)
        with pytest.raises(RunError, match=r"no sample can be written as picky \(odd 14\)"):
            export(make_directory(), "picky", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_evaluation_data_stays_evaluation_data(make_directory: Callable[..., Path], tmp_path: Path) -> None:
    given = make_directory()
    manifest = read_manifest(given)
    manifest.role = "eval"
    write_manifest(given, manifest)
    assert export(given, "coco", tmp_path / "out").role == "eval"


def test_damage_is_found(make_directory: Callable[..., Path], tmp_path: Path) -> None:
    given = make_directory(formats=("parquet",))
    path = given / "parquet" / "train-00000.parquet"
    data = bytearray(path.read_bytes())
    data[8 : len(data) // 2] = bytes(len(data) // 2 - 8)
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read as a shard"):
        export(given, "coco", tmp_path / "out")
    path.write_bytes(data[:-1])
    with pytest.raises(InputError, match="not as its manifest"):
        export(given, "coco", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("formats", ["parquet", "webdataset", "parquet, webdataset"])
def test_energon_s_index_leads_to_every_part(data_set: Made, tmp_path: Path, formats: str) -> None:
    given, out = data_set("tiled", formats), tmp_path / "out"
    export(given, "energon", out)
    for number, tar in enumerate(sorted(json.loads((out / ".nv-meta" / ".info.json").read_text())["shard_counts"])):
        data = (out / tar).read_bytes()
        offsets = [one[0] for one in struct.iter_unpack("<Q", (out / f"{tar}.idx").read_bytes())]
        base = sqlite3.connect(out / ".nv-meta" / "index.sqlite")
        columns = "sample_key, byte_offset, byte_size FROM samples WHERE tar_file_id = ? ORDER BY sample_index"
        samples = base.execute(f"SELECT {columns}", [number]).fetchall()
        columns = "content_byte_offset, content_byte_size FROM sample_parts WHERE tar_file_id = ? ORDER BY 1"
        parts = base.execute(f"SELECT {columns}", [number]).fetchall()
        base.close()
        with tarfile.open(out / tar) as file:
            members = file.getmembers()
        assert [data[start : start + size] for start, size in parts] == [
            data[one.offset_data : one.offset_data + one.size] for one in members
        ]
        assert [start for _, start, _ in samples] == offsets[:-1]
        assert [start + size for _, start, size in samples] == offsets[1:]
        assert set(data[offsets[-1] :]) <= {0}
        assert [key for key, *_ in samples] == list(dict.fromkeys(one.name.partition(".")[0] for one in members))


def test_energon_links_the_tars_that_are_there(data_set: Made, tmp_path: Path) -> None:
    given = data_set("talk")
    export(given, "energon", tmp_path / "out")
    tar = tmp_path / "out" / "train-00000.tar"
    assert tar.samefile(given / "webdataset" / tar.name)


def test_mds_starts_a_shard_when_one_is_full(data_set: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vlmdata.shards.exports.mds._SHARD_BYTES", 200_000)
    given = data_set("talk")
    export(given, "mds", tmp_path / "out")
    index = json.loads((tmp_path / "out" / "train" / "index.json").read_text())
    sizes = [shard["raw_data"]["bytes"] for shard in index["shards"]]
    assert len(sizes) > 1
    assert sum(shard["samples"] for shard in index["shards"]) == len(records(given))
    for shard in index["shards"]:
        data = (tmp_path / "out" / "train" / shard["raw_data"]["basename"]).read_bytes()
        count, *offsets = struct.unpack_from(f"<{shard['samples'] + 2}I", data)
        assert count == shard["samples"]
        assert offsets[-1] == len(data)
        assert len(data) <= 200_000 or count == 1
