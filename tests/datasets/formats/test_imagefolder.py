from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.types import Partition

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
Picture = Callable[..., bytes]


@pytest.fixture
def put(tmp_path: Path, picture: Picture) -> Callable[..., Path]:
    """Write a file below the folder ``set``; a picture where no content is given."""

    def write(name: str, content: str | bytes | None = None) -> Path:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = picture() if content is None else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


def test_pictures_in_order_with_labels_and_captions(made: Made, items: Items, put: Callable[..., Path]) -> None:
    for name in ("z.jpg", "cats/b.PNG", "cats/a.jpeg", "Dogs & co/x.webp", ".hidden/h.jpg", "cats/.h.jpg", "notes.md"):
        put(name)
    put("cats/a.txt", " A cat.\n")
    found = items(made("imagefolder", path="set"))
    assert [item.origin.source for item in found] == ["z.jpg#0", "Dogs & co/x.webp#1", "cats/a.jpeg#2", "cats/b.PNG#3"]
    assert [item.key for item in found] == [f"set-{row:09d}" for row in range(4)]
    assert [item.meta for item in found] == [{}, {"label": "Dogs & co"}, {"label": "cats"}, {"label": "cats"}]
    assert [item.tags for item in found] == [(), ("dogs-co",), ("caption", "cats"), ("cats",)]
    assert [message.text for message in found[2].messages] == ["", "A cat."]
    assert found[3].messages == ()


def test_captions_of_another_suffix_or_none(made: Made, items: Items, put: Callable[..., Path]) -> None:
    put("a.jpg")
    put("a.txt", "text")
    put("a.caption", "caption")
    (other,) = items(made("imagefolder", path="set", captions=".caption"))
    (none,) = items(made("imagefolder", path="set", captions=None))
    assert other.messages[1].text == "caption"
    assert none.messages == ()


ROWS = [
    {"file_name": "a.jpg", "text": "One.", "score": "1"},
    {"file_name": "absent.jpg", "text": "Two.", "score": "2"},
    {"file_name": "", "text": "Three.", "score": ""},
    {"file_name": "../a.jpg", "text": "Four.", "score": ""},
]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_metadata_tables(made: Made, items: Items, put: Callable[..., Path], tmp_path: Path, kind: str) -> None:
    put("sub/a.jpg")
    put("sub/unlisted.jpg")
    put("alone.jpg")
    if kind == "csv":
        put("sub/metadata.csv", "\n".join([",".join(ROWS[0]), *(",".join(row.values()) for row in ROWS)]))
    elif kind == "jsonl":
        put("sub/metadata.jsonl", "\n".join(json.dumps(row) for row in ROWS))
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "set/sub/metadata.parquet")
    alone, first, *others = items(made("imagefolder", path="set"))
    assert alone.images[0].source == "alone.jpg"
    assert (first.origin.source, first.images[0].uri) == (f"sub/metadata.{kind}#1", str(tmp_path / "set/sub/a.jpg"))
    assert [message.text for message in first.messages] == ["", "One."]
    assert first.meta == {"score": "1"}
    assert [item.reason for item in others] == ["missing_file", "missing_image", "path_outside"]


def test_several_pictures_per_row(made: Made, items: Items, put: Callable[..., Path]) -> None:
    put("l.jpg")
    put("r.jpg")
    put("metadata.jsonl", json.dumps({"left_file_name": "l.jpg", "right_file_name": "r.jpg", "prompt": "Compare."}))
    (sample,) = items(made("imagefolder", path="set", text_column="prompt"))
    assert [image.source for image in sample.images] == ["l.jpg", "r.jpg"]
    assert sample.messages[1].text == "Compare."
    (rejected,) = items(made("imagefolder", path="set", text_column="absent"))
    assert rejected.reason == "missing_field"


def test_hostile_rows_have_a_reason(made: Made, items: Items, put: Callable[..., Path]) -> None:
    put("a.jpg")
    rows = [
        b"{",
        b"[]",
        b"{}",
        b'{"file_name": 5}',
        b'{"file_name": "a.jpg", "text": {}}',
        b'{"text": "\xff"}',
        b'{"file_name": "a.jpg"}',
    ]
    put("metadata.jsonl", b"\n".join(rows))
    found = items(made("imagefolder", path="set"))
    assert [getattr(item, "reason", "sample") for item in found] == [
        "bad_json", "not_an_object", "missing_field", "bad_field", "bad_field", "not_unicode", "sample",
    ]  # fmt: skip


def test_csv_that_is_no_unicode_costs_its_row(made: Made, items: Items, put: Callable[..., Path]) -> None:
    put("a.jpg")
    put("metadata.csv", b'\xef\xbb\xbffile_name,text\na.jpg,caf\xe9\na.jpg,"two\nlines"\na.jpg\na.jpg,x,more,still\n')
    found = items(made("imagefolder", path="set"))
    assert [getattr(item, "reason", "sample") for item in found] == ["not_unicode", "sample", "missing_text", "sample"]
    assert found[1].messages[1].text == "two\nlines"
    assert found[3].meta == {"beyond the header": ["more", "still"]}


def test_file_names_that_are_no_unicode(made: Made, items: Items, put: Callable[..., Path], picture: Picture) -> None:
    folder = put("a.jpg").parent
    with open(os.path.join(os.fsencode(folder), b"\xff.jpg"), "wb") as file:
        file.write(picture())
    source = made("imagefolder", path="set")
    _, second = items(source)
    assert second.images[0].source == "\\xff.jpg"
    assert Path(second.images[0].uri).read_bytes() == picture()
    assert second.origin.source.encode() == b"\\xff.jpg#1"


def test_the_digest_follows_names_sizes_and_metadata(made: Made, put: Callable[..., Path]) -> None:
    put("a.jpg")
    digests = {made("imagefolder", path="set").digest()}
    for name, content in [
        ("b.jpg", None),
        ("b.txt", "x"),
        ("b.txt", "xy"),
        ("metadata.csv", "file_name\na.jpg"),
        ("metadata.csv", "file_name\nb.jpg"),
    ]:
        put(name, content)
        digests.add(made("imagefolder", path="set").digest())
    assert len(digests) == 6
    put("notes.md", "not looked at")
    assert made("imagefolder", path="set").digest() in digests


@pytest.mark.parametrize("path", ["absent", "set/a.md", "set"])
def test_what_is_no_folder_of_pictures_is_refused(made: Made, put: Callable[..., Path], path: str) -> None:
    put("a.md", "no picture")
    with pytest.raises(InputError, match=r"is not a folder|has no pictures"):
        made("imagefolder", path=path).partitions()


def test_real_photos(made: Made, items: Items, shared: Path) -> None:
    source = made("imagefolder", base=shared, path="photos")
    found = items(source)
    names = sorted(path.name for path in (shared / "photos").iterdir())
    assert [item.images[0].source for item in found] == names
    assert list(source.read(Partition(source.partitions()[0].file, 3, 5))) == found[3:5]
