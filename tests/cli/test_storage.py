"""Disks that are full or not ours: one line, nothing half-written, and the same command finishes once it is mended."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Vlmdata, half_written, shard_hashes

PRIVILEGES = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


def one_line(done: Done, said: str) -> bool:
    return (done.stdout, done.stderr.count("\n")) == ("", 1) and said in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB; the output needs more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "vlmdata-test", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_full_disk(vlmdata: Vlmdata, recipe: Path, small_disk: Path, finished: Path, workers: int) -> None:
    out = small_disk / "out"
    words = ("preprocess", recipe, "--out", out, "--workers", workers)
    done = vlmdata(*words)
    assert done.returncode == 1
    assert one_line(done, "the disk is full")
    assert half_written(out) == []
    assert shard_hashes(out).items() < shard_hashes(finished).items()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert vlmdata(*words, "-q").returncode == 0
    assert shard_hashes(out) == shard_hashes(finished)


def test_a_limit_on_the_size_of_files(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, finished: Path) -> None:
    if not shutil.which("prlimit"):
        pytest.skip("prlimit is not installed")
    words = ("preprocess", recipe, "--out", "out", "--workers", 1)
    done = vlmdata(*words, before=("prlimit", "--fsize=100000"))
    assert done.returncode == 1
    assert one_line(done, "the file is larger than the file system or a limit of this process allows")
    assert half_written(tmp_path / "out") == []
    assert vlmdata(*words, "-q").returncode == 0
    assert shard_hashes(tmp_path / "out") == shard_hashes(finished)


@pytest.fixture
def mortal() -> tuple[str, ...]:
    """Words before a command that make permissions count for root too."""
    if os.geteuid():
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root can write anywhere, and setpriv is not installed")
    return PRIVILEGES


def test_no_permission_to_write(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, mortal: tuple[str, ...]) -> None:
    (tmp_path / "theirs").mkdir(mode=0o555)
    done = vlmdata("preprocess", recipe, "--out", "theirs/out", before=mortal)
    assert done.returncode == 1
    assert one_line(
        done, f"cannot write to {tmp_path / 'theirs' / 'out'}: Permission denied. Mend it, or choose another"
    )
    assert not list((tmp_path / "theirs").iterdir())


def test_no_permission_in_the_middle(
    vlmdata: Vlmdata, recipe: Path, tmp_path: Path, finished: Path, mortal: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    (out / "parquet").mkdir(mode=0o555)
    shutil.copy(finished / "manifest.json", out / ".work" / "plan.json")
    words = ("preprocess", recipe, "--out", out, "--workers", 1)
    done = vlmdata(*words, before=mortal)
    assert done.returncode == 1
    assert one_line(done, "no permission")
    assert half_written(out) == []
    (out / "parquet").chmod(0o755)
    assert vlmdata(*words, "-q", before=mortal).returncode == 0
    assert shard_hashes(out) == shard_hashes(finished)


def test_no_permission_to_read(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, mortal: tuple[str, ...]) -> None:
    (tmp_path / "theirs").mkdir(mode=0o000)
    recipe.chmod(0o000)
    try:
        done = vlmdata("check", recipe, before=mortal)
        assert done.returncode == 2
        assert one_line(done, f"{recipe} cannot be read: Permission denied")
        recipe.chmod(0o644)
        done = vlmdata("preprocess", recipe, "--out", "theirs/out", before=mortal)
        assert done.returncode == 1
        assert one_line(done, f"cannot read {tmp_path / 'theirs'}")
        done = vlmdata("inspect", "theirs/out", before=mortal)
        assert done.returncode == 2
        assert one_line(done, "cannot be read: Permission denied")
    finally:
        (tmp_path / "theirs").chmod(0o755)


def test_no_permission_for_the_cache(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, mortal: tuple[str, ...]) -> None:
    (tmp_path / "home").mkdir(mode=0o555)
    done = vlmdata("preprocess", recipe, before=mortal, VLMDATA_HOME=str(tmp_path / "home"))
    assert done.returncode == 1
    assert one_line(done, "Permission denied. Mend it, or choose another VLMDATA_HOME")
    assert not (tmp_path / "small").exists()
