"""Files appear whole or not at all, and a disk that refuses is named."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
from pathlib import Path

import pytest

from vlmdata.errors import StorageError
from vlmdata.io.atomic import (
    PARTIAL,
    PartialFile,
    partial_of,
    publish,
    publishing,
    storage_errors,
    write_json_atomic,
    write_text_atomic,
)


def test_text_is_written_with_its_folder_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text_atomic(path, "über\n")
    assert path.read_bytes() == "über\n".encode()
    assert [one.name for one in path.parent.iterdir()] == ["b.txt"]


def test_json_is_sorted_and_ends_its_line(tmp_path: Path) -> None:
    write_json_atomic(tmp_path / "a.json", {"b": "ü", "a": [1.5, None]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": [1.5, None], "b": "ü"}
    assert text.index('"a"') < text.index('"b"')
    assert "ü" in text
    assert text.endswith("}\n")


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_json_atomic(path, {"old": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json_atomic(path, {"new": float("nan")})

    def fail() -> None:
        with publishing(path) as partial:
            partial.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert json.loads(path.read_bytes()) == {"old": 1}
    assert not list(tmp_path.glob("*" + PARTIAL))


def test_partial_file_knows_size_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    file = PartialFile(path)
    assert file.write(b"one") == 3
    assert file.write(memoryview(b"two")) == 3
    assert file.tell() == 6
    file.close()
    assert not path.exists()
    publish(path)
    assert path.read_bytes() == b"onetwo"
    assert (file.size, file.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())


def test_discarded_files_vanish_and_swallow(tmp_path: Path) -> None:
    file = PartialFile(tmp_path / "x.bin")
    file.write(b"half")
    file.discard()
    assert file.write(b"more") == 4
    file.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EFBIG])
def test_refusals_of_the_disk_are_storage_errors(code: int) -> None:
    with pytest.raises(StorageError, match=r"out/x\.parquet.*same command"), storage_errors(Path("out/x.parquet")):
        raise OSError(code, os.strerror(code))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ConnectionError), storage_errors(Path("x")):
        raise ConnectionError


def test_a_real_limit_is_met(tmp_path: Path) -> None:
    """The kernel refuses to write past RLIMIT_FSIZE, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match="larger"):
            write_text_atomic(tmp_path / "big.txt", "x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not partial_of(tmp_path / "big.txt").exists()
