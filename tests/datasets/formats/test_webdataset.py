from __future__ import annotations

import gzip
import io
import json
import pickle
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from webdataset.tariterators import group_by_keys, tar_file_iterator

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, Partition, TextPart

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
Picture = Callable[..., bytes]


@pytest.fixture
def tar(tmp_path: Path) -> Callable[..., Path]:
    def write(members: list[tuple[str, bytes]], name: str = "set.tar") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w") as file:
            for member, data in members:
                info = tarfile.TarInfo(member)
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))
        return path

    return write


def test_what_img2dataset_writes(made: Made, items: Items, tar: Callable[..., Path], picture: Picture) -> None:
    facts = {"url": "https://example.org/1.jpg", "caption": "A cat.", "status": "success", "width": 8, "sha256": "00"}
    tar(
        [
            ("000000001.jpg", picture()),
            ("000000001.json", json.dumps(facts).encode()),
            ("000000001.txt", b"A cat.\n"),
            ("000000002.json", json.dumps({**facts, "status": "failed_to_download"}).encode()),
        ]
    )
    first, second = items(made("webdataset", path="set.tar"))
    assert (first.key, first.origin.source) == ("set-000000001", "set.tar#0")
    assert (first.images[0].data, first.images[0].source) == (picture(), facts["url"])
    assert [message.text for message in first.messages] == ["", "A cat."]
    assert first.meta == {key: value for key, value in facts.items() if key != "caption"}
    assert second.reason == "missing_image"


def test_it_groups_as_the_webdataset_library_does(
    made: Made, items: Items, tar: Callable[..., Path], picture: Picture
) -> None:
    names = [
        "./a/b.c/1.0.jpg",
        "./a/b.c/1.1.PNG",
        "./a/b.c/1.txt",
        "d/2.jpg",
        "noext",
        ".hidden",
        "d/3.tar.gz",
        "d/3.jpg",
        "2.jpeg",
    ]
    path = tar([(name, picture() if "t" not in name else b"text") for name in names])
    with path.open("rb") as file:
        theirs = list(group_by_keys({**member, "__url__": path.name} for member in tar_file_iterator(file)))
    ours = items(made("webdataset", path="set.tar"))
    assert len(ours) == len(theirs) == 4
    pictures = [sorted(key for key in sample if key.endswith(("jpg", "png", "jpeg"))) for sample in theirs]
    assert [len(sample.images) for sample in ours] == [len(found) for found in pictures]
    assert [image.data for image in ours[0].images] == [theirs[0]["0.jpg"], theirs[0]["1.png"]]


def test_numbered_pictures_come_in_order(made: Made, items: Items, tar: Callable[..., Path], picture: Picture) -> None:
    data = {number: picture(color) for number, color in [(10, "red"), (2, "blue"), (0, "green")]}
    talk = {"conversations": [{"from": "human", "value": "<image> <image> <image>"}, {"from": "gpt", "value": "ok"}]}
    tar([(f"k.{number}.jpg", content) for number, content in data.items()] + [("k.json", json.dumps(talk).encode())])
    (sample,) = items(made("webdataset", path="set.tar"))
    assert [image.data for image in sample.images] == [data[0], data[2], data[10]]
    assert sample.messages[0].content == (ImagePart(0), TextPart(" "), ImagePart(1), TextPart(" "), ImagePart(2))


def test_keys_are_unique_whatever_the_tar_calls_its_members(
    made: Made, items: Items, tar: Callable[..., Path], picture: Picture
) -> None:
    names = ["a b", "a-b", "A-b", "dir/a-b", "x" * 200, "x" * 201, "日本", "東京", "a-b"]
    tar([(f"{name}.jpg", picture()) for name in names], "one/0.tar")
    tar([(f"{name}.jpg", picture()) for name in names], "one/" + "y" * 90 + ".tar")
    keys = [item.key for item in items(made("webdataset", path="one"))]
    assert len(set(keys)) == len(keys) == 18
    assert all(re.fullmatch(r"[a-z0-9_-]{1,110}", key) for key in keys)
    assert keys[1] == "one-0-a-b"


def test_a_class_is_a_label(made: Made, items: Items, tar: Callable[..., Path], picture: Picture) -> None:
    tar([("a.png", picture(kind="PNG")), ("a.cls", b"7\n")])
    (sample,) = items(made("webdataset", path="set.tar"))
    assert (sample.meta, sample.messages) == ({"label": "7"}, ())


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("unpickled"),))


def test_pickles_are_never_loaded(
    made: Made,
    items: Items,
    tar: Callable[..., Path],
    picture: Picture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    tar([("a.jpg", picture()), ("a.pyd", pickle.dumps(_Bomb())), ("a.pkl", pickle.dumps(_Bomb()))])
    (sample,) = items(made("webdataset", path="set.tar"))
    assert len(sample.images) == 1
    assert not Path("unpickled").exists()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("a.jpg", b""), ("a.JPG", b"")], "duplicate_member"),
        ([("a.txt", b"words")], "missing_image"),
        ([("a.jpg", b"x"), ("a.txt", b"\xff")], "not_unicode"),
        ([("a.jpg", b"x"), ("a.txt", b" ")], "missing_text"),
        ([("a.jpg", b"x"), ("a.json", b"{")], "bad_json"),
        ([("a.jpg", b"x"), ("a.json", b"[]")], "not_an_object"),
        ([("a.jpg", b"x"), ("a.json", b'{"caption": null}')], "missing_text"),
    ],
)
def test_bad_samples_have_a_reason(
    made: Made, items: Items, tar: Callable[..., Path], members: Any, reason: str
) -> None:
    tar([*members, ("b.jpg", b"x")])
    first, second = items(made("webdataset", path="set.tar"))
    assert first.reason == reason
    assert second.key == "set-b"


@pytest.mark.parametrize(("cut", "whole"), [(700, 0), (2048, 1), (2236, 1), (3172, 1), (3584, 2)])
def test_a_tar_that_is_cut_off_costs_its_end(
    made: Made, items: Items, tar: Callable[..., Path], cut: int, whole: int
) -> None:
    path = tar([(f"{number}.jpg", b"x" * 1000) for number in range(3)])
    path.write_bytes(path.read_bytes()[:cut])
    found = items(made("webdataset", path="set.tar"))
    assert [getattr(item, "reason", "sample") for item in found] == ["sample"] * whole + ["broken_tar"]


def test_a_damaged_header_costs_what_follows(made: Made, items: Items, tar: Callable[..., Path]) -> None:
    path = tar([(f"{number}.jpg", b"x" * 1000) for number in range(3)])
    data = bytearray(path.read_bytes())
    data[3072:3584] = b"\xff" * 512
    path.write_bytes(data)
    found = items(made("webdataset", path="set.tar"))
    assert [getattr(item, "reason", "sample") for item in found] == ["sample", "broken_tar"]


def test_a_shard_of_our_own_is_not_read_by_halves(made: Made, items: Items, tar: Callable[..., Path]) -> None:
    tar([("k.json", b'{"image_info": [], "messages": [], "annotations": []}'), ("k.0.jpg", b"x")])
    (found,) = items(made("webdataset", path="set.tar"))
    assert found.reason == "own_record"
    assert "{path: DIR}" in found.detail


def test_ranges_read_the_same(made: Made, items: Items, tar: Callable[..., Path], picture: Picture) -> None:
    tar([(f"{number:05d}.jpg", picture()) for number in range(600)])
    source = made("webdataset", path="set.tar")
    whole = items(source)
    assert list(source.read(Partition("set.tar", 510, 515))) == whole[510:515]
    assert len(whole) == 600


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "not a tar", id="empty"),
        pytest.param(b"<html>" * 200, "not a tar", id="html"),
        pytest.param(gzip.compress(b"x" * 2000, mtime=0), "compressed", id="gzip"),
    ],
)
def test_what_is_no_tar_is_refused(made: Made, tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "set.tar").write_bytes(data)
    with pytest.raises(InputError, match=message):
        made("webdataset", path="set.tar").partitions()
