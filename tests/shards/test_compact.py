"""Compacting: same samples, even shards, and nothing lost when it is cut off anywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from vlmdata.errors import InputError, OutputExistsError, VerifyError
from vlmdata.shards.compact import compact, recover
from vlmdata.shards.formats import read_records
from vlmdata.shards.manifest_file import by_format, read_manifest, write_manifest
from vlmdata.shards.verify import verify
from vlmdata.types import Record

Maker = Callable[..., Path]


def records(root: Path, split: str) -> list[Record]:
    shards = next(iter(by_format(read_manifest(root)).values()))
    return [record for info in shards if info.split == split for record in read_records(root / info.path)]


@pytest.mark.parametrize("formats", [("webdataset",), ("parquet", "webdataset")])
def test_shards_become_even(make_directory: Maker, formats: tuple[str, ...]) -> None:
    root = make_directory(tasks=3, formats=formats)
    before = {split: records(root, split) for split in ("train", "validation")}
    (root / "recipe.lock.yaml").write_text("version: 1\n", encoding="utf-8")
    (root / "extra/deep").mkdir(parents=True)
    (root / "extra/deep/file").write_bytes(b"kept")
    manifest = compact(root, max_samples=10)
    shown = [(info.path, info.samples, info.generation) for info in by_format(manifest)[formats[0]]]
    kind = {"parquet": "parquet", "webdataset": "tar"}[formats[0]]
    assert shown == [
        (f"{formats[0]}/train-00000.{kind}", 7, 1),
        (f"{formats[0]}/train-00001.{kind}", 7, 1),
        (f"{formats[0]}/train-00002.{kind}", 7, 1),
        (f"{formats[0]}/validation-00000.{kind}", 3, 1),
    ]
    assert {split: records(root, split) for split in before} == before
    assert manifest == read_manifest(root)
    assert verify(root) == []
    assert (root / "recipe.lock.yaml").read_text(encoding="utf-8") == "version: 1\n"
    assert (root / "extra/deep/file").read_bytes() == b"kept"
    assert [path.name for path in root.parent.iterdir()] == [root.name]
    again = compact(root, max_samples=11)
    assert {(info.samples, info.generation) for info in again.shards if info.split == "train"} == {(11, 2), (10, 2)}


def test_sizes_differ_by_one_at_most(make_directory: Maker) -> None:
    root = make_directory(tasks=4, each=8)
    sizes = [info.samples for info in by_format(compact(root, max_samples=9))["parquet"] if info.split == "train"]
    assert sizes == [8, 8, 8, 8]
    sizes = [info.samples for info in by_format(compact(root, max_samples=12))["parquet"] if info.split == "train"]
    assert sizes == [11, 11, 10]


def test_bytes_bound_shards_too(make_directory: Maker) -> None:
    root = make_directory(tasks=2, each=20)
    manifest = compact(root, max_bytes=20_000)
    assert len(by_format(manifest)["parquet"]) > 3
    assert verify(root) == []


def test_twice_gives_the_same_bytes(make_directory: Maker) -> None:
    root = make_directory(tasks=3)
    first = [(info.path, info.sha256) for info in compact(root).shards]
    assert [(info.path, info.sha256) for info in compact(root).shards] == first


def test_damage_is_not_blessed(make_directory: Maker) -> None:
    root = make_directory()
    path = root / "webdataset/train-00001.tar"
    data = path.read_bytes()
    path.write_bytes(data[:700] + b"?" + data[701:])
    before = sorted((str(one), one.stat().st_mtime_ns) for one in root.rglob("*"))
    with pytest.raises(VerifyError, match=r"train-00001\.tar has SHA-256"):
        compact(root)
    assert sorted((str(one), one.stat().st_mtime_ns) for one in root.rglob("*")) == before


def test_a_wrong_count_changes_nothing(make_directory: Maker) -> None:
    root = make_directory()
    write_manifest(root, replace(read_manifest(root), written=15))
    with pytest.raises(VerifyError, match="holds 16 samples, not 15"):
        compact(root)
    assert [path.name for path in root.parent.iterdir()] == [root.name]
    assert len(records(root, "train")) == 14


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compact(tmp_path / "nothing")


def test_an_empty_set(made: SimpleNamespace, tmp_path: Path) -> None:
    made.finish(tmp_path / "empty", [], 0)
    assert compact(tmp_path / "empty").shards == []


def test_a_new_directory_in_the_place_of_the_old_is_left_alone(make_directory: Maker) -> None:
    root = make_directory()
    for name in ("compacting", "before-compacting"):
        shutil.copytree(root, root.with_name(f".{root.name}.{name}"))
    with pytest.raises(OutputExistsError, match="before-compacting"):
        recover(root)
    assert len(list(root.parent.iterdir())) == 3


CUT_OFF_EVERYWHERE = """
import os, shutil, sys
from pathlib import Path
from vlmdata.shards.compact import compact
from vlmdata.shards.schema import sample_schema
from vlmdata.shards.verify import verify
from vlmdata.shards.manifest_file import read_manifest

pristine, work = Path(sys.argv[1]), Path(sys.argv[2])
root = work / "set"
sample_schema(read_manifest(pristine).columns)
EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}

def forked(act):
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", flush=True)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def dying_at(moment):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in EVENTS and "set" in str(arguments[0]):
            seen += 1
            if seen == moment:
                os._exit(9)
    def act():
        sys.addaudithook(hook)
        compact(root, max_samples=4)
    return act

moment, code = 0, 9
while code == 9:
    moment += 1
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    shutil.copytree(pristine, root)
    code = forked(dying_at(moment))
    assert forked(lambda: compact(root, max_samples=4)) == 0, moment
    assert verify(root) == [], moment
    assert os.listdir(work) == ["set"], moment
assert code == 0
print(moment)
"""


def test_it_can_be_cut_off_anywhere(make_directory: Maker, tmp_path: Path) -> None:
    """A child dies at its first, second … act on the file system; the next call always ends well."""
    root = make_directory(tasks=1, each=5, formats=("parquet",))
    command = [sys.executable, "-W", "ignore", "-c", CUT_OFF_EVERYWHERE, str(root), str(tmp_path / "work")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 30
