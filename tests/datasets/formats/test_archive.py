"""Pictures out of archives, as samples."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.files import FileServer, file_server
from vlmdata.datasets.formats.archive import Archive
from vlmdata.engine.plan import make_plan
from vlmdata.engine.run import Where, fetch, preprocess
from vlmdata.errors import InputError
from vlmdata.io.source import RecipeInput
from vlmdata.recipe import Recipe, parsed
from vlmdata.types import Partition

Items = Callable[[RecipeInput], list[Any]]
Picture = Callable[..., bytes]
Zip = Callable[..., Path]


@pytest.fixture
def zipped(tmp_path: Path) -> Zip:
    """A zip in the folder that is served."""

    def write(members: dict[str, bytes], name: str = "set.zip") -> Path:
        path = tmp_path / "served" / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for member, data in members.items():
                file.writestr(member, data)
        return path

    return write


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    (tmp_path / "served").mkdir(exist_ok=True)
    with file_server(tmp_path / "served") as state:
        yield state


def archive(tmp_path: Path, **fields: object) -> Archive:
    return Archive.model_validate({"format": "archive", **fields}, context={"base": str(tmp_path)})


def test_pictures_in_the_order_of_the_archive(zipped: Zip, items: Items, picture: Picture, tmp_path: Path) -> None:
    zipped(
        {
            "z.jpg": picture("red"),
            "cats/a.txt": b" A cat.\n",
            "cats/a.JPEG": picture("blue"),
            "train2017/000000391895.jpg": picture("green"),
            "__MACOSX/cats/._a.JPEG": b"junk",
            ".hidden/h.jpg": picture(),
            "notes.md": b"notes",
        }
    )
    found = items(archive(tmp_path, path="served/set.zip", tags=["x"]))
    assert [item.key for item in found] == [f"set-{row:09d}" for row in range(3)]
    assert found[1].origin.source == "set.zip/cats/a.JPEG#1"
    assert [item.images[0].data for item in found] == [picture("red"), picture("blue"), picture("green")]
    assert [item.images[0].id for item in found] == [None, None, "coco:391895"]
    assert [item.meta for item in found] == [{}, {"label": "cats"}, {"label": "train2017"}]
    assert [item.tags for item in found] == [("x",), ("x", "caption", "cats"), ("x", "train2017")]
    assert [message.text for message in found[1].messages] == ["", "A cat."]


def test_a_webdataset_tar_is_pictures_with_captions(items: Items, picture: Picture, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "w.tar.gz", "w:gz") as file:
        for name, data in [("1.json", b"{}"), ("1.txt", b"One."), ("1.jpg", picture()), ("2.jpg", picture("blue"))]:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    first, second = items(archive(tmp_path, path="w.tar.gz"))
    assert [message.text for message in first.messages] == ["", "One."]
    assert (second.messages, second.key) == ((), "w-000000001")
    assert items(archive(tmp_path, path="w.tar.gz", captions=None))[0].messages == ()


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_bad_members_are_rejected_one_by_one(items: Items, picture: Picture, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        for name, data in [
            ("a.jpg", picture("red")), ("../up.jpg", b"x"), ("b.jpg", b"x"), ("b.txt", b"\xff"), ("c.jpg", b"x"),
            ("c.txt", b" "), ("a.jpg", picture("blue")),
        ]:  # fmt: skip
            file.writestr(name, data)
    found = items(archive(tmp_path, path="b.zip"))
    reasons = [getattr(item, "reason", None) for item in found]
    assert reasons == ["duplicate_member", "unsafe_name", "not_unicode", "missing_text", None]
    assert found[-1].images[0].data == picture("blue")  # as unpacking leaves it


def test_several_archives_and_pieces_in_a_folder(zipped: Zip, items: Items, picture: Picture, tmp_path: Path) -> None:
    zipped({"a.jpg": picture()}, "one.zip")
    data = zipped({"b.jpg": picture(), "c.jpg": picture()}, "two.zip").read_bytes()
    (tmp_path / "served/two.zip").unlink()
    (tmp_path / "served/two.zip.001").write_bytes(data[:100])
    (tmp_path / "served/two.zip.002").write_bytes(data[100:])
    for path in ("served", "served/*"):
        found = items(archive(tmp_path, path=path))
        assert [item.origin.source for item in found] == [
            "one.zip/a.jpg#0", "two.zip.001/b.jpg#0", "two.zip.001/c.jpg#1"
        ]  # fmt: skip
        assert len({item.key for item in found}) == 3
    pieces = archive(tmp_path, path="two.zip", parts=["served/two.zip.001", "served/two.zip.002"])
    assert [item.key for item in items(pieces)] == ["two-000000000", "two-000000001"]


def test_a_limit_touches_little_of_a_server(zipped: Zip, items: Items, server: FileServer, tmp_path: Path) -> None:
    size = zipped({f"{n:04d}.jpg": os.urandom(30_000) for n in range(200)}).stat().st_size
    source = archive(tmp_path, path=server.url("set.zip"), limit=10)
    plan = make_plan(Recipe(version=1, name="x", inputs=(source,), steps=()), [source], "fetched")
    assert plan.rows == 10
    assert (plan.infos[0].name, plan.infos[0].homepage) == ("set", server.url("set.zip"))
    (piece,) = plan.tasks[0].slices
    before = len(server.asked)
    found = list(pickle.loads(pickle.dumps(plan.sources[0])).read(piece.partition))
    assert [len(item.images[0].data) for item in found] == [30_000] * 10
    assert len(server.asked) == before + 1  # workers do not look again
    assert server.served < 500_000 < size


def test_most_of_an_archive_is_downloaded_first(zipped: Zip, items: Items, server: FileServer, tmp_path: Path) -> None:
    path = zipped({f"{n:04d}.jpg": os.urandom(30_000) for n in range(20)})
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    few = archive(tmp_path, path=server.url("set.zip"), limit=5)
    digest = few.digest()
    assert few.archives["set.zip"].remote
    for fields in ({"limit": 15}, {}, {"limit": 1, "sha256": sha256}):
        source = archive(tmp_path, path=server.url("set.zip"), **fields)
        assert not source.archives["set.zip"].remote
        assert len(items(source)) == 20
        assert source.digest() == digest
    again = archive(tmp_path, path=server.url("set.zip"), limit=5)
    assert not again.archives["set.zip"].remote  # it is here now, and is the same
    assert again.digest() == digest
    with pytest.raises(InputError, match="its sha256 is"):
        archive(tmp_path, path=server.url("set.zip"), sha256="0" * 64).partitions()


def test_files_that_a_person_got(
    zipped: Zip, items: Items, picture: Picture, server: FileServer, tmp_path: Path
) -> None:
    path = zipped({"a.jpg": picture()})
    url = server.url("set.zip?token=1")
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError) as caught:
        archive(tmp_path, path=server.url("no.zip"), files="mine").partitions()
    for said in ("http_404", f"{tmp_path}/mine has no no.zip", f"comes from {server.url('no.zip')}"):
        assert said in str(caught.value)
    with pytest.raises(InputError, match=r"Download no\.zip by hand and give its folder with --files"):
        archive(tmp_path, path=server.url("no.zip")).partitions()
    with pytest.raises(InputError, match=r"no file .*gone\.zip, and .*mine has no gone\.zip"):
        archive(tmp_path, path="gone.zip", files="mine").partitions()
    path.rename(tmp_path / "mine/set.zip")
    server.forget()
    assert len(items(archive(tmp_path, path=url, files="mine"))) == 1
    assert len(items(archive(tmp_path, path="set.zip", files="mine"))) == 1
    assert not server.asked


def test_ranges_read_the_same(zipped: Zip, items: Items, tmp_path: Path) -> None:
    zipped({f"{n:04d}.jpg": os.urandom(50) for n in range(1200)})
    source = archive(tmp_path, path="served/set.zip")
    whole = items(source)
    assert list(source.read(Partition("set.zip", 510, 515))) == whole[510:515]
    assert len(whole) == 1200


def test_what_is_refused(zipped: Zip, tmp_path: Path) -> None:
    zipped({"readme.md": b"no pictures"})
    with pytest.raises(InputError, match=r"has no pictures .* it holds readme\.md"):
        archive(tmp_path, path="served/set.zip").partitions()
    zipped({}, "empty.zip")
    with pytest.raises(InputError, match="it holds nothing"):
        archive(tmp_path, path="served/empty.zip").partitions()
    with pytest.raises(InputError, match="sha256 is that of one archive, and served has 2"):
        archive(tmp_path, path="served", sha256="0" * 64).partitions()
    with pytest.raises(InputError, match="nowhere"):
        archive(tmp_path, path="nowhere").partitions()


def test_mirrors_of_the_environment(
    zipped: Zip, items: Items, picture: Picture, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped({"a.jpg": picture()})
    monkeypatch.setenv("VLMDATA_MIRRORS", f"http://images.cocodataset.org/zips={server.url('')[:-1]}")
    source = archive(tmp_path, path="http://images.cocodataset.org/zips/set.zip", limit=1)
    assert [item.key for item in items(source)] == ["set-000000000"]


@pytest.mark.parametrize("workers", [1, 2])
def test_fetched_and_written(zipped: Zip, picture: Picture, server: FileServer, tmp_path: Path, workers: int) -> None:
    zipped({f"c/{n}.png": picture(kind="PNG") for n in range(30)} | {"c/bad.png": b"x", "../up.png": b"x"})
    source = archive(tmp_path, path=server.url("set.zip"), limit=32)
    _, manifest = fetch(source, tmp_path / "out", Where(workers=workers))
    assert (manifest.rows, manifest.written) == (32, 31)
    assert manifest.funnel[0].dropped == {"unsafe_name": 1}
    assert manifest.sources[0].homepage == server.url("set.zip")


def test_in_a_recipe(zipped: Zip, picture: Picture, tmp_path: Path) -> None:
    zipped({f"c/{n}.jpg": picture() for n in range(7)} | {"c/0.txt": b"A red field."})
    text = "version: 1\nname: x\ninputs:\n- {path: served/set.zip, format: archive}\nsteps: [clean.image]\n"
    manifest = preprocess(parsed(text, "x.yaml", tmp_path), tmp_path / "out", Where())
    assert (manifest.rows, manifest.written) == (7, 7)
