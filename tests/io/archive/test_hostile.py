"""Archives that mean harm, and those that came to harm."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.files import FileServer
from vlmdata.errors import BadRecord, InputError, VlmdataError
from vlmdata.io.archive import ArchiveRef, archive_ref, contents, members, opened, whole
from vlmdata.io.archive.member import safe
from vlmdata.io.archive.plain_tar import unpack

Make = Callable[..., Path]


def outcomes(ref: ArchiveRef) -> list[str]:
    """The reason of each member, or its size."""
    index = members(ref)
    with opened(ref) as source:
        groups = ((member,) for member in index.between(0, index.rows))
        return [
            found.reason if isinstance(found, BadRecord) else str(len(found or b""))
            for _, (found,) in contents(source, groups)
        ]


def patched(path: Path, name: bytes, at: int, data: bytes) -> None:
    """Overwrite fields of the directory entry of the member ``name``, ``at`` bytes from the entry's beginning."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(name) - 46
    content[entry + at : entry + at + len(data)] = data
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name",
    [
        "../a.jpg",
        "a/../../b.jpg",
        "/etc/a.jpg",
        "C:/a.jpg",
        "c:a.jpg",
        "a\\b.jpg",
        "..\\a.jpg",
        "././/../a.jpg",
        "",
        ".",
    ],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    cleaned, fault = safe(name)
    assert fault == "unsafe_name" or cleaned == "."  # a folder


@pytest.mark.parametrize("name", ["a.jpg", "./a.jpg", "a..b/c.jpg", "1:2.jpg", "日本/ü.jpg", "...jpg"])
def test_names_that_do_not(name: str) -> None:
    assert safe(name) == (name.removeprefix("./"), None)


def test_a_zip_of_faults(folder: Path) -> None:
    path = folder / "f.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../up.jpg", b"x")
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("lzma.jpg", b"x" * 100, zipfile.ZIP_LZMA)
        for name in ("locked.jpg", "deflate64.jpg", "crc.jpg", "flipped.jpg", "gone.jpg", "declared.jpg", "good.jpg"):
            file.writestr(name, name.encode() * 40)
    patched(path, b"locked.jpg", 8, b"\1\0")
    patched(path, b"deflate64.jpg", 10, b"\x09\0")
    patched(path, b"crc.jpg", 16, b"\0\0\0\0")
    patched(path, b"gone.jpg", 42, b"\xff\xff\xff\x7f")
    patched(path, b"declared.jpg", 24, struct.pack("<L", 17))
    content = bytearray(path.read_bytes())
    place = content.index(b"flipped.jpg") + len("flipped.jpg")
    content[place : place + 4] = b"\xff" * 4
    path.write_bytes(content)
    assert outcomes(archive_ref(str(path))) == [
        "unsafe_name", "link_member", "unsupported_compression", "encrypted_member", "unsupported_compression",
        "bad_crc", "corrupt_member", "corrupt_member", "bomb", "320",
    ]  # fmt: skip


def test_a_tar_of_faults(folder: Path) -> None:
    with tarfile.open(folder / "f.tar", "w") as file:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.jpg")
            info.type, info.linkname = kind, "/etc/passwd"
            file.addfile(info)
        for name in ("../up.jpg", "/abs.jpg", "good.jpg"):
            info = tarfile.TarInfo(name)
            info.size = 5
            file.addfile(info, io.BytesIO(b"bytes"))
    assert outcomes(archive_ref(str(folder / "f.tar"))) == ["link_member"] * 4 + ["unsafe_name"] * 2 + ["5"]


def test_bombs(folder: Path) -> None:
    with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ratio.jpg", bytes(17 << 20))
        file.writestr("small.bmp", bytes(1 << 20))  # a blank picture compresses well, too
        file.writestr("large.jpg", b"x")
    patched(folder / "b.zip", b"large.jpg", 24, struct.pack("<L", 300 << 20))
    assert outcomes(archive_ref(str(folder / "b.zip"))) == ["bomb", str(1 << 20), "bomb"]


def test_a_member_that_claims_the_whole_archive_is_not_read(folder: Path) -> None:
    with zipfile.ZipFile(folder / "c.zip", "w") as file:
        file.writestr("a.jpg", bytes(100_000))
        file.writestr("b.jpg", b"x")
    patched(folder / "c.zip", b"a.jpg", 24, struct.pack("<L", 5))
    assert outcomes(archive_ref(str(folder / "c.zip"))) == ["corrupt_member", "1"]


def test_members_that_share_their_bytes(folder: Path) -> None:
    """A zip bomb without recursion ("A better zip bomb", D. Fifield, WOOT 2019)."""
    with zipfile.ZipFile(folder / "o.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(100):
            file.writestr(f"{number:02d}.jpg", bytes(100_000) if number == 0 else b"")
        packed = file.getinfo("00.jpg").compress_size
    for number in range(100):
        patched(folder / "o.zip", b"%02d.jpg" % number, 20, struct.pack("<2L", packed, 100_000))
        patched(folder / "o.zip", b"%02d.jpg" % number, 42, bytes(4))
    with pytest.raises(InputError, match="overlap"):
        members(archive_ref(str(folder / "o.zip")))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_compressed_bomb_is_refused(folder: Path, kind: str, tmp_path: Path) -> None:
    with tarfile.open(folder / "b.tar", f"w:{kind}") as file:  # type: ignore[call-overload]
        info = tarfile.TarInfo("a.jpg")
        info.size = 20 << 20
        file.addfile(info, io.BytesIO(bytes(info.size)))
    ref = archive_ref(str(folder / "b.tar"))
    with opened(ref) as source, pytest.raises(InputError, match="a bomb"):
        unpack(source, ref.kind, tmp_path / "plain" / "b.tar", small=1 << 20)
    assert not list((tmp_path / "plain").iterdir())


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_cut_off(make_zip: Make, make_tar: Make, kind: str, share: float) -> None:
    path = make_zip("c.zip") if kind == "zip" else make_tar(f"c.{kind}", mode=f"w:{kind[4:]}")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match="cut off"):
        members(whole(archive_ref(str(path))))


def test_a_damaged_directory(make_zip: Make) -> None:
    path = make_zip()
    data = bytearray(path.read_bytes())
    place = data.rindex(b"set/020.jpg") - 46
    data[place : place + 4] = b"\0" * 4
    path.write_bytes(data)
    with pytest.raises(InputError, match="directory is damaged at byte"):
        members(archive_ref(str(path)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b"<!DOCTYPE html><title>Log in</title>" * 40, "a page of HTML", id="html"),
        pytest.param(b"Rar!\x1a\x07\x00" + bytes(600), "a RAR archive: unpack it", id="rar"),
        pytest.param(b"7z\xbc\xaf\x27\x1c" + bytes(600), "a 7z archive: unpack it", id="7z"),
        pytest.param(b"some text" * 100, "neither a zip nor a tar|no directory", id="text"),
        pytest.param(b"\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0", "is not a tar|cut off", id="gzip of nothing"),
    ],
)
def test_what_is_no_archive(folder: Path, server: FileServer, data: bytes, message: str) -> None:
    for name in ("a.zip", "a.tar.gz"):
        (folder / name).write_bytes(data)
        for place in (str(folder / name), server.url(name)):
            with pytest.raises(InputError, match=message):
                members(whole(archive_ref(place)))


@settings(max_examples=60)
@given(place=st.integers(0, 2**16), byte=st.integers(0, 255))
def test_no_flipped_byte_does_more_than_a_reason(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("flipped") / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(4):
            file.writestr(f"{number}.jpg", zlib.compress(bytes([number]) * 200))
    good = outcomes(archive_ref(str(path)))
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data)
    try:
        found = outcomes(archive_ref(str(path)))
    except VlmdataError:
        return
    assert len(found) <= len(good)
    assert all(item in good or not item.isdecimal() for item in found)
