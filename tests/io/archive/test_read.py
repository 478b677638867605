"""Every member of every kind of archive, here and on a server."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.io.archive.conftest import MEMBERS
from tests.servers.files import FileServer
from vlmdata.errors import BadRecord, InputError, RunError
from vlmdata.io.archive import ArchiveRef, First, archive_ref, contents, member_bytes, members, opened, whole
from vlmdata.io.archive.source import Joined, LocalFile

Make = Callable[..., Path]


def everything(ref: ArchiveRef) -> dict[str, bytes | None]:
    index = members(ref)
    with opened(ref) as source:
        groups = ((member,) for member in index.between(0, index.rows))
        return {
            member.name: found if isinstance(found, bytes) else None for (member,), (found,) in contents(source, groups)
        }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_a_zip(make_zip: Make, method: int) -> None:
    assert everything(archive_ref(str(make_zip(method=method)))) == MEMBERS


def test_a_zip64_with_prefix_and_comment(folder: Path) -> None:
    with zipfile.ZipFile(folder / "64.zip", "w") as file:
        for name, data in MEMBERS.items():
            with file.open(name, "w", force_zip64=True) as member:
                member.write(data)
        file.comment = b"PK\x05\x06 is not the end" * 9
    before = (folder / "64.zip").read_bytes()
    assert everything(archive_ref(str(folder / "64.zip"))) == MEMBERS
    (folder / "64.zip").write_bytes(b"#!/bin/sh\n" * 100 + before)
    assert everything(archive_ref(str(folder / "64.zip"))) == MEMBERS


def test_a_zip_of_more_members_than_16_bits_count(folder: Path) -> None:
    with zipfile.ZipFile(folder / "many.zip", "w") as file:
        for number in range(65_600):
            file.writestr(zipfile.ZipInfo(f"{number}.jpg"), b"")
    ref = archive_ref(str(folder / "many.zip"))
    assert members(ref).rows == 65_600
    assert members(ref).find("65599.jpg") == 65_599


def test_names_in_other_encodings(folder: Path) -> None:
    with zipfile.ZipFile(folder / "n.zip", "w") as file:
        file.writestr("日本.jpg", b"1")
        file.writestr("cafe.jpg", b"2")
    data = (folder / "n.zip").read_bytes().replace(b"cafe.jpg", b"caf\x82.jpg")
    (folder / "n.zip").write_bytes(data)
    with zipfile.ZipFile(folder / "n.zip") as file:
        assert list(everything(archive_ref(str(folder / "n.zip")))) == file.namelist() == ["日本.jpg", "café.jpg"]


@pytest.mark.parametrize("kind", ["", "gz", "bz2", "xz", "zst"])
def test_a_tar(make_tar: Make, folder: Path, kind: str) -> None:
    path = make_tar(mode=f"w:{kind}" if kind != "zst" else "w")
    if kind == "zst":
        path.write_bytes(pa.Codec("zstd").compress(path.read_bytes(), asbytes=True))
    ref = archive_ref(str(path))
    assert everything(whole(ref)) == MEMBERS
    assert whole(ref).kind == "tar"
    assert archive_ref(str(path)).digest == ref.digest


def test_names_that_are_no_utf8(folder: Path) -> None:
    with tarfile.open(folder / "n.tar", "w", encoding="latin-1", format=tarfile.GNU_FORMAT) as file:
        file.addfile(tarfile.TarInfo("café.jpg"))
    with zipfile.ZipFile(folder / "n.zip", "w") as zipped:
        zipped.writestr("cafés.jpg", b"")
    (folder / "n.zip").write_bytes((folder / "n.zip").read_bytes().replace("és".encode(), b"\xe9ss"))
    assert everything(archive_ref(str(folder / "n.tar"))) == {"caf\\xe9.jpg": b""}
    assert everything(archive_ref(str(folder / "n.zip"))) == {"caf\\xe9ss.jpg": b""}


def test_long_names_in_tars(folder: Path) -> None:
    long = {f"{'d' * 90}/{'e' * 90}/{'f' * 90}.jpg": b"1", "./dotted.jpg": b"2"}
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with tarfile.open(folder / "l.tar", "w", format=form) as file:
            for name, data in long.items():
                (folder / "x").write_bytes(data)
                file.add(folder / "x", name)
        names = [name.removeprefix("./") for name in long]
        assert everything(archive_ref(str(folder / "l.tar"))) == dict(zip(names, long.values(), strict=True))


@pytest.mark.parametrize("here", [True, False], ids=["here", "server"])
@pytest.mark.parametrize("suffixes", [("001", "002", "003"), ("aa", "ab", "ac"), ("part_aa", "part_ab", "part_ac")])
def test_archives_cut_at_any_byte(
    make_zip: Make, make_tar: Make, server: FileServer, folder: Path, here: bool, suffixes: tuple[str, ...]
) -> None:
    for path in (make_zip("s.zip"), make_tar("s.tar.gz", mode="w:gz")):
        data = path.read_bytes()
        path.unlink()
        for number, suffix in enumerate(suffixes):
            piece = len(data) // 3 + 1
            (folder / f"{path.name}.{suffix}").write_bytes(data[number * piece : (number + 1) * piece])
        first = f"{path.name}.{suffixes[0]}"
        ref = archive_ref(str(folder / first) if here else server.url(first))
        assert len(ref.parts) == 3
        assert everything(ref if ref.kind == "zip" else whole(ref)) == MEMBERS


@pytest.mark.parametrize("here", [True, False], ids=["here", "server"])
def test_a_zip_of_several_disks(folder: Path, server: FileServer, tmp_path: Path, here: bool) -> None:
    if not shutil.which("zip"):
        pytest.skip("the zip command, which writes such archives, is not installed")
    files = MEMBERS | {"set/large.jpg": os.urandom(150_000)}  # 64 KiB is the least a disk may have
    for name, data in files.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    subprocess.run(["zip", "-q", "-r", "-s", "64k", folder / "s.zip", "set"], cwd=tmp_path / "tree", check=True)
    assert (folder / "s.z02").exists()
    ref = archive_ref(str(folder / "s.zip") if here else server.url("s.zip?download=true"))
    assert (ref.spans_disks, ref.name) == (True, "s.zip")
    assert everything(ref) == files
    assert everything(whole(ref)) == files
    (folder / "s.z01").unlink()
    with pytest.raises(InputError, match=r"s\.z01"):
        archive_ref(str(folder / "s.zip") if here else server.url("s.zip?download=true"))


def test_parts_can_be_named(make_zip: Make, folder: Path) -> None:
    data = make_zip().read_bytes()
    (folder / "one").write_bytes(data[:5000])
    (folder / "two").write_bytes(data[5000:])
    assert everything(archive_ref("a.zip", [str(folder / "one"), str(folder / "two")])) == MEMBERS


def test_a_zip_on_a_server_is_read_by_ranges(make_zip: Make, server: FileServer) -> None:
    size = make_zip(members={f"{n:04d}.jpg": os.urandom(20_000) for n in range(200)}).stat().st_size
    ref = archive_ref(server.url("a.zip"))
    assert server.served < size / 20
    assert all(bounds for _, _, bounds in server.asked)
    server.forget()
    index = members(ref)
    assert server.served == 0  # the index is in the cache
    with opened(pickle.loads(pickle.dumps(ref))) as source:
        found = [data for _, (data,) in contents(source, ((index[n],) for n in (3, 4, 5, 150)))]
    assert [len(data) for data in found if isinstance(data, bytes)] == [20_000] * 4
    assert len(server.asked) == 2  # neighbours by one request
    assert server.served < 90_000


def test_a_tar_on_a_server_is_read_as_far_as_it_is_wanted(make_tar: Make, server: FileServer) -> None:
    data = {f"{n:04d}.jpg": os.urandom(60_000) for n in range(200)} | {"0002.txt": b"late"}
    make_tar(members=data)
    ref = replace(archive_ref(server.url("a.tar")), first=First(5, (".jpg",)))
    assert list(everything(ref)) == [f"{n:04d}.jpg" for n in range(5)]
    assert server.served < 3_000_000
    assert members(whole(ref)).rows == 5


def test_a_server_without_ranges_gives_the_whole(make_zip: Make, server: FileServer, home: Path) -> None:
    make_zip()
    server.ranges = False
    ref = archive_ref(server.url("a.zip"))
    assert not ref.remote
    assert everything(ref) == MEMBERS
    assert everything(archive_ref(server.url("a.zip"))) == MEMBERS
    assert len(list((home / "archives").glob("*a.zip"))) == 1
    with pytest.raises(InputError, match="not kept"):
        whole(archive_ref(server.url("a.zip")), "0" * 64)
    assert not list((home / "archives").glob("*a.zip"))


def test_an_archive_without_validators_is_told_by_its_content(
    make_zip: Make, make_tar: Make, server: FileServer
) -> None:
    server.etags = server.dates = False
    make_zip()
    make_tar()
    assert everything(archive_ref(server.url("a.zip"))) == MEMBERS
    assert not archive_ref(server.url("a.tar")).remote


def test_a_change_on_the_server_is_noticed(make_zip: Make, server: FileServer) -> None:
    path = make_zip()
    ref = archive_ref(server.url("a.zip"))
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="changed on the server"):
        everything(ref)
    assert archive_ref(server.url("a.zip")).digest == ref.digest  # the same members, by their CRC


def test_a_server_that_breaks_off_is_asked_again(make_zip: Make, server: FileServer) -> None:
    make_zip()
    ref = archive_ref(server.url("a.zip"))
    server.break_after = [100]
    assert everything(ref) == MEMBERS
    server.refuse = [(500, {})] * 9
    with pytest.raises(RunError, match=r"a\.zip: http_500"):
        everything(ref)


def test_whole_downloads_go_into_the_cache_and_are_checked(make_tar: Make, server: FileServer, home: Path) -> None:
    path = make_tar("a.tar.gz", mode="w:gz")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    ref = archive_ref(server.url("a.tar.gz"))
    assert ref.remote
    with pytest.raises(InputError, match=f"its sha256 is {sha256}, not {'0' * 64}. It is not kept"):
        whole(ref, "0" * 64)
    assert not list((home / "archives").glob("*.gz"))
    assert everything(whole(ref, sha256)) == MEMBERS
    server.forget()
    assert everything(whole(archive_ref(server.url("a.tar.gz")), sha256)) == MEMBERS
    assert server.served <= 512
    with pytest.raises(InputError, match=f"its sha256 is {sha256}"):
        whole(archive_ref(str(path)), "0" * 64)
    assert path.exists()


def test_one_member_by_its_name(make_zip: Make, server: FileServer) -> None:
    make_zip()
    ref = archive_ref(server.url("a.zip"))
    assert member_bytes(ref, "set/notes.txt") == MEMBERS["set/notes.txt"]
    with pytest.raises(BadRecord, match=r"missing_file: no file 'nowhere' in a\.zip"):
        member_bytes(ref, "nowhere")
    with pytest.raises(BadRecord, match="bomb"):
        member_bytes(ref, "set/notes.txt", max_bytes=100)


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(0, 50), min_size=1, max_size=5), data=st.data())
def test_joined_files_read_as_one(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("joined")
    pieces = [os.urandom(size) for size in sizes]
    for number, piece in enumerate(pieces):
        (folder / str(number)).write_bytes(piece)
    start, stop = data.draw(st.integers(0, 260)), data.draw(st.integers(0, 260))
    joined = Joined([LocalFile(folder / str(number)) for number in range(len(pieces))])
    assert joined.read(start, stop) == b"".join(pieces)[start:stop]
    joined.close()
