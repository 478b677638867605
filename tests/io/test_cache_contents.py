"""Clearing takes what vlmdata wrote, whatever else lies beside it, and leaves runs alone."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from vlmdata.errors import UsageError
from vlmdata.io.cache import in_use, unused
from vlmdata.io.cache_contents import KINDS, Kind, clear, contents
from vlmdata.io.reuse import Answers, Renders

SPAWN = multiprocessing.get_context("spawn")
HEX = "0123456789abcdef" * 4
WRITTEN = {
    "surveys": [f"{HEX[:32]}/{HEX[:32]}.parquet", f"{HEX[:32]}/{HEX[:32]}.parquet.partial"],
    "fingerprints": [f"pope-test-{HEX[:12]}.parquet"],
    "indexes": [
        f"coco-v1-{HEX}.arrow",
        f"json-v1-git:{HEX[:40]}.arrow",
        f"{HEX[:32]}-rows-v1-x.partial",
        "tmpab_1/got",
    ],
    "archives": [f"{HEX[:16]}-train2017.zip", f"{HEX[:16]}-part.zip.partial"],
    "fetched": [
        f"shapes-train-{HEX[:12]}/{name}" for name in ("manifest.json", "parquet/train-00000.parquet", ".work/lock")
    ],
}
STRANGERS = ("thesis.tex", "photos/cat.jpg", "train.parquet")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("VLMDATA_HOME", str(folder))
    return folder


def named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def fill(kind: Kind) -> int:
    """Put in what vlmdata writes there; how many bytes."""
    if kind.name == "answers":
        answers = Answers(kind.folder, 10**9)
        answers.put(b"key", b"answer")
        answers.close()
    elif kind.name == "renders":
        renders = Renders(kind.folder, 10**9, 10**9)
        renders.put(b"key", (b"bytes",))
        renders.close()
    else:
        for name in WRITTEN[kind.name]:
            (kind.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (kind.folder / name).write_bytes(b"x" * 100)
    return sum(path.stat().st_size for path in kind.folder.rglob("*") if path.is_file())


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_vlmdata_wrote_goes_and_all_else_stays(home: Path, kind: Kind) -> None:
    size = fill(kind)
    for name in STRANGERS:
        (kind.folder / name).parent.mkdir(exist_ok=True)
        (kind.folder / name).write_text("mine")
    found = contents(kind)
    assert (found.bytes, found.count >= 1, found.oldest is not None) == (size + 12, True, True)
    done = clear(kind)
    assert (done.bytes, sorted(done.left)) == (size, sorted(STRANGERS))
    assert files(kind.folder) == sorted(STRANGERS)
    assert [path.name for path in home.iterdir() if path.is_dir()] == [kind.name]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_there_is_nothing_to_clear(home: Path, kind: Kind) -> None:
    assert (contents(kind).bytes, contents(kind).count, contents(kind).oldest) == (0, 0, None)
    assert (clear(kind).bytes, clear(kind).left) == (0, ())


def test_pictures_and_answers_are_counted_by_their_index(home: Path) -> None:
    fill(named("answers"))
    fill(named("renders"))
    assert [contents(named(name)).count for name in ("answers", "renders")] == [1, 1]


def test_a_clear_that_was_cut_off_is_finished_by_the_next(home: Path) -> None:
    kind = named("archives")
    size = fill(kind)
    (kind.folder / "mine").write_text("mine")
    kind.folder.rename(home / f".archives-{HEX[:32]}")
    assert clear(kind).bytes == size
    assert files(home) == ["archives/mine"]


def test_a_folder_that_is_a_link_stays_one(home: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (home / "fetched").symlink_to(tmp_path / "disk")
    fill(named("fetched"))
    clear(named("fetched"))
    assert (home / "fetched").is_symlink()
    assert list((tmp_path / "disk").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_links_are_removed_and_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / f"{HEX[:16]}-a.zip").write_text("mine")
    (home / "archives").mkdir()
    (home / "archives" / f"{HEX[:16]}-link").symlink_to(tmp_path / "precious")
    clear(named("archives"))
    assert files(tmp_path / "precious") == [f"{HEX[:16]}-a.zip"]


def _use(home: str, begun: Any, done: Any) -> None:
    os.environ["VLMDATA_HOME"] = home
    with in_use():
        begun.set()
        done.wait(60)


def test_what_a_run_needs_is_not_cleared_under_it(home: Path) -> None:
    for kind in KINDS:
        fill(kind)
    begun, done = SPAWN.Event(), SPAWN.Event()
    process = SPAWN.Process(target=_use, args=(str(home), begun, done))
    process.start()
    assert begun.wait(60)
    for kind in KINDS:
        if kind.needed:
            with pytest.raises(UsageError, match="a run is using"):
                clear(kind)
            assert contents(kind).bytes > 0
        else:
            assert clear(kind).bytes > 0
    done.set()
    process.join()
    assert clear(named("fetched")).bytes == 300


def test_runs_use_the_cache_together(home: Path) -> None:
    with in_use(), in_use(), pytest.raises(UsageError), unused():
        pass
    with unused():
        assert (home / "lock").exists()


def test_a_home_that_cannot_be_made_is_no_reason_not_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "file" / "home"))
    with in_use():
        assert not (tmp_path / "file" / "home").exists()
