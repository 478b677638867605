"""Tars, folders of pictures and conversations in JSON, on the Hub."""

from __future__ import annotations

import pickle

import pytest

from tests.datasets.hub.conftest import COLORS, Serve, items, lines, packed, picture, said, tar
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.errors import InputError
from vlmdata.types import Rejected, Sample

RED = picture("red")


def hub(**options: object) -> Hub:
    return Hub.model_validate({"repo": "owner/name", **options})


def unique(number: int) -> bytes:
    """A picture of its own bytes: equal files are downloaded once."""
    return RED + bytes([number])


def tars(count: int) -> dict[str, bytes | str]:
    return {
        f"train/{number:04d}.tar": tar({f"{number}{row}.{kind}": data for row in range(3) for kind, data in (
            ("png", picture(COLORS[row])), ("txt", f"{number}-{row}".encode()))})
        for number in range(count)
    }  # fmt: skip


def test_tars_are_read_in_order(serve: Serve) -> None:
    serve(tars(3))
    found = items(hub())
    assert [said(item) for item in found] == [f"{number}-{row}" for number in range(3) for row in range(3)]
    assert len({item.key for item in found}) == 9


def test_a_limit_downloads_only_the_tars_it_needs(serve: Serve) -> None:
    server = serve(tars(6))
    partitions = hub(limit=4).partitions()
    assert [partition.file for partition in partitions] == ["train/0000.tar", "train/0001.tar"]
    assert server.downloads == {"train/0000.tar": 1, "train/0001.tar": 1}


def test_pictures_in_folders_have_their_class_and_caption(serve: Serve) -> None:
    serve({
        "train/cats/1.png": RED, "train/dogs/2.png": RED, "train/dogs/2.txt": "a dog", "test/cats/3.png": RED,
    })  # fmt: skip
    cat, dog = items(hub())
    assert isinstance(cat, Sample)
    assert isinstance(dog, Sample)
    assert cat.meta == {"label": "cats"}
    assert cat.images[0].source == "cats/1.png"
    assert said(dog) == "a dog"
    assert dog.meta == {"label": "dogs"}


def test_a_table_names_pictures_and_only_those_of_its_rows_are_got(serve: Serve) -> None:
    rows = [{"file_name": f"images/{number}.png", "text": f"number {number}"} for number in range(200)]
    files: dict[str, bytes | str] = {f"train/images/{number}.png": unique(number) for number in range(200)}
    server = serve({**files, "train/metadata.jsonl": lines([*rows, {"file_name": "images/none.png", "text": "?"}])})
    source = hub(limit=2)
    (partition,) = source.partitions()
    assert partition.rows == 201
    assert set(server.downloads) == {"train/metadata.jsonl"}
    few = list(source.read(type(partition)(partition.file, 0, 2)))
    assert [said(item) for item in few] == ["number 0", "number 1"]
    assert set(server.downloads) == {"train/metadata.jsonl", "train/images/0.png", "train/images/1.png"}
    (lost,) = source.read(type(partition)(partition.file, 200, 201))
    assert isinstance(lost, Rejected)
    assert lost.reason == "missing_file"


def test_a_folder_travels_to_workers(serve: Serve) -> None:
    server = serve({f"train/{number}.png": RED for number in range(3)})
    source = hub().pinned()
    (partition,) = source.partitions()
    assert server.downloads == {}
    found = list(pickle.loads(pickle.dumps(source)).read(partition))
    assert [item.source if isinstance(item, Rejected) else item.origin.source for item in found] == [
        "0.png#0", "1.png#1", "2.png#2",
    ]  # fmt: skip


def test_conversations_find_their_pictures_in_the_repository(serve: Serve) -> None:
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "Red."}]
    rows = [{"id": number, "image": f"images/{number}.png", "conversations": turns} for number in range(9)]
    server = serve(
        {"train.json": f"{rows}".replace("'", '"'), **{f"images/{number}.png": unique(number) for number in range(9)}}
    )
    source = hub(limit=5)
    (partition,) = source.partitions()
    found = list(source.read(type(partition)(partition.file, 0, 5)))
    assert [said(item) for item in found] == ["Red."] * 5
    assert set(server.downloads) == {"train.json", *(f"images/{number}.png" for number in range(5))}


def test_conversations_about_pictures_that_others_publish_are_refused(serve: Serve) -> None:
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "Red."}]
    serve({"train.jsonl": lines([{"image": "COCO_train2014_000000000009.jpg", "conversations": turns}])})
    with pytest.raises(InputError, match=r"not in the repository.*COCO_train2014_000000000009.jpg.*images: FOLDER"):
        hub().partitions()


@pytest.mark.parametrize(
    ("files", "options", "complaint"),
    [
        ({"train/a.wav": b"RIFF"}, {}, "holds no pictures: its files are of kind audiofolder"),
        ({"name.py": b"", "x.bin": b""}, {}, "no program of a repository is run: try --revision refs/convert/parquet"),
        ({"model.bin": b"1", "LICENSE": b"MIT"}, {}, "no data files of a known kind.*it has LICENSE, model.bin"),
        ({"images.zip": packed({"cats/1.png": RED})}, {}, "vlmdata fetch archive --from http"),
        (
            {"train.jsonl": b'{"question": "?"}\n'},
            {},
            "neither conversations, nor messages, nor addresses of pictures, only question",
        ),
        ({"train/1.png": RED}, {"image_column": "jpg"}, "image_column does not go with owner/name.*imagefolder"),
        ({"train.tar": tar({"1.png": RED})}, {"where": "a > 1"}, "where does not go with owner/name.*webdataset"),
    ],
    ids=["audio", "program", "nothing", "zip", "json", "column", "where"],
)
def test_what_cannot_be_read_is_said(
    serve: Serve, files: dict[str, bytes | str], options: dict[str, object], complaint: str
) -> None:
    serve(files)
    with pytest.raises(InputError, match=complaint):
        hub(**options).partitions()
