"""The beginning of a tar as a tar of its own."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from vlmdata.io.tar_beginning import copy_beginning


def packed(form: int, long: int) -> bytes:
    """Five samples, each a picture and a text; names of ``long`` letters need headers of their own."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for number in range(5):
            for suffix in ("jpg", "txt"):
                info = tarfile.TarInfo(f"{'x' * long}{number}.{suffix}")
                info.size = 1000 + number
                tar.addfile(info, io.BytesIO(bytes([number]) * info.size))
    return buffer.getvalue()


def beginning(data: bytes, count: int, target: Path) -> bytes:
    target.with_suffix(".source").write_bytes(data)
    with io.FileIO(target.with_suffix(".source")) as source:
        copy_beginning(source, target, count, (".jpg",))
    return target.read_bytes()


@pytest.mark.parametrize(
    ("form", "long"), [(tarfile.USTAR_FORMAT, 3), (tarfile.GNU_FORMAT, 150), (tarfile.PAX_FORMAT, 150)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_it_holds_the_first_pictures_and_what_belongs_to_them(form: int, long: int, count: int, tmp_path: Path) -> None:
    data = packed(form, long)
    found = beginning(data, count, tmp_path / "a.tar")
    with tarfile.open(fileobj=io.BytesIO(found)) as tar, tarfile.open(fileobj=io.BytesIO(data)) as whole:
        assert tar.getnames() == whole.getnames()[: 2 * count]
        for name in tar.getnames():
            member, same = tar.extractfile(name), whole.extractfile(name)
            assert member
            assert same
            assert member.read() == same.read()
    assert len(found) < len(data)


def test_a_tar_with_fewer_is_copied_whole(tmp_path: Path) -> None:
    data = packed(tarfile.USTAR_FORMAT, 3)
    assert beginning(data, 9, tmp_path / "a.tar") == data


def test_a_tar_cut_off_stays_cut_off(tmp_path: Path) -> None:
    data = packed(tarfile.USTAR_FORMAT, 3)[:5000]
    assert beginning(data, 9, tmp_path / "a.tar") == data


def test_what_is_no_tar_is_copied_as_far_as_it_was_looked_at(tmp_path: Path) -> None:
    assert beginning(b"<html>" * 200, 1, tmp_path / "a.tar") == b"<html>" * 200
