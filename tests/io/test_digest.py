"""Hashes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vlmdata.io.digest import combined, input_digest, sha256_file


def test_small_files_are_hashed_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert input_digest(path) == sha256_file(path) == hashlib.sha256(b"abc").hexdigest()


def test_large_files_notice_a_change_at_either_end_and_of_size(tmp_path: Path) -> None:
    path = tmp_path / "large"
    seen = set()
    for size, place in ((70 << 20, 0), (70 << 20, (70 << 20) - 1), ((70 << 20) + 1, 0)):
        with path.open("wb") as file:
            file.truncate(size)
            file.seek(place)
            file.write(b"x")
        seen.add(input_digest(path))
    assert len(seen) == 3


def test_combined_does_not_run_parts_together() -> None:
    assert combined(["ab", "c"]) != combined(["a", "bc"])
    assert combined(["a"]) != combined(["a", ""])
