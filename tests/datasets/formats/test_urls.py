"""Tables of addresses as samples."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vlmdata.datasets.formats.urls import Urls
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, Message, Rejected, Sample, TextPart

KEY = re.compile(r"[a-z0-9_-]{1,120}")
MD5 = "d41d8cd98f00b204e9800998ecf8427e"

Table = Callable[..., Urls]
Items = Callable[[Urls], list[Sample | Rejected]]


def keys(items: list[Sample | Rejected]) -> list[int]:
    return [int(item.key.rpartition("-")[2]) for item in items]


def test_a_row_is_a_picture_with_its_caption(table: Table, items: Items) -> None:
    source = table({
        "URL": [" http://images.cocodataset.org/train2017/000000391895.jpg"],
        "TEXT": ["a man on a bike "],
        "NSFW": ["UNLIKELY"],
        "similarity": [float("nan")],
        "aesthetic": [5.5],
        "__index_level_0__": [77],
    })  # fmt: skip
    (sample,) = items(source)
    assert isinstance(sample, Sample)
    assert sample.key == "t-000000000"
    assert sample.origin.source == "t.parquet#0"
    (image,) = sample.images
    assert image.uri == image.source == "http://images.cocodataset.org/train2017/000000391895.jpg"
    assert (image.id, image.expected, image.data) == ("coco:391895", None, None)
    assert sample.messages == (
        Message("user", (ImagePart(0),)),
        Message("assistant", (TextPart("a man on a bike"),)),
    )
    assert sample.tags == ("caption",)
    assert sample.meta == {"NSFW": "UNLIKELY", "aesthetic": 5.5}
    assert json.dumps(dict(sample.meta), allow_nan=False)
    assert source.by_address
    assert source.remote
    assert source.columns() == frozenset()


def test_bad_rows_are_rejected_one_by_one(table: Table, items: Items) -> None:
    url = "http://a.org/1.jpg"
    rows = [
        (url, "ok", MD5.upper()),
        (None, "x", None),
        ("  ", "x", None),
        ("data:image/png;base64,AAAA", "x", None),
        ("ftp://a.org/1.jpg", "x", None),
        ("a.org/1.jpg", "x", None),
        ("https://", "x", None),
        (url, "x", "12"),
        (url, "x", "g" * 64),
        (url, None, None),
        (url, " ", None),
        (url, "ok", "a" * 64),
    ]
    names = ("url", "caption", "sum")
    found = items(
        table(
            {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}, hash_column="SUM"
        )
    )
    assert [item.reason if isinstance(item, Rejected) else item.images[0].expected for item in found] == [
        f"md5:{MD5}",
        *["missing_url"] * 2,
        *["bad_url"] * 4,
        *["bad_hash"] * 2,
        *["missing_text"] * 2,
        f"sha256:{'a' * 64}",
    ]
    assert keys(found) == list(range(12))


def test_pictures_without_texts(table: Table, items: Items) -> None:
    (sample,) = items(table({"image_url": ["http://a/1"]}))
    assert isinstance(sample, Sample)
    assert (len(sample.images), sample.messages, sample.tags) == (1, (), ())


def test_obelics_is_an_interleaved_document(table: Table, items: Items) -> None:
    source = table({
        "images": [["http://a/1", None, "http://a/2", None], [None, None]],
        "texts": [[None, "one.\n\ntwo", None, "three"], ["only", "text"]],
        "general_metadata": ['{"url": "http://a"}', None],
    })  # fmt: skip
    sample, empty = items(source)
    assert isinstance(sample, Sample)
    parts = (ImagePart(0), TextPart("one.\n\ntwo"), ImagePart(1), TextPart("three"))
    assert sample.messages == (Message("document", parts),)
    assert sample.tags == ("interleaved", "multi-image")
    assert sample.meta == {"general_metadata": '{"url": "http://a"}'}
    assert isinstance(empty, Rejected)
    assert empty.reason == "missing_url"


def test_several_captions_are_alternatives(table: Table, items: Items) -> None:
    source = table({"url": ["http://a/1"], "captions": [["one", "two", None, "three"]]})
    (sample,) = items(source)
    assert isinstance(sample, Sample)
    assert sample.messages[1].text == "one"
    assert [other.text for other in sample.alternatives] == ["two", "three"]
    assert source.columns() == {"alternatives"}


def test_a_conversation_may_bring_pictures_along(table: Table, items: Items) -> None:
    turns = [
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": "http://a/2"}, {"type": "text", "text": "what?"}],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "that", "image_url": None}]},
    ]
    (sample,) = items(table({"url": ["http://a/1"], "messages": [turns]}))
    assert isinstance(sample, Sample)
    assert [image.uri for image in sample.images] == ["http://a/1", "http://a/2"]
    assert sample.messages[0].content == (ImagePart(0), ImagePart(1), TextPart("what?"))


@pytest.mark.parametrize(
    ("columns", "fields", "message"),
    [
        (("a", "b"), {}, r"no column of text is called like one.* the columns are a, b"),
        (("url", "image_url"), {}, r"url and image_url could each be"),
        (("coco_url", "flickr_url"), {}, r"coco_url and flickr_url could each be"),
        (("url",), {"url_column": "ulr"}, r"no column 'ulr' \(did you mean 'url'\?\)"),
        (("url",), {"text_column": "caption"}, r"no column 'caption'; it has url"),
        (("url",), {"hash_column": "md5"}, r"no column 'md5'"),
        (("url",), {"where": "width > 3"}, r"no column 'width'; it has url"),
    ],
)
def test_columns_that_cannot_be_told_are_refused(
    table: Table, columns: tuple[str, ...], fields: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        table({name: ["http://a/1"] for name in columns}, **fields).partitions()


def test_a_column_of_numbers_holds_no_addresses(table: Table) -> None:
    with pytest.raises(InputError, match="holds int64, not addresses"):
        table({"url": [1]}, url_column="url").partitions()


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"Image_URL": "http://a/1", "image": b"raw", "page": "x"}, "http://a/1"),
        ({"link": "http://a/1", "flickr_url": "http://b/1"}, "http://a/1"),
        ({"coco_url": "http://a/1", "file_name": "x"}, "http://a/1"),
    ],
)
def test_the_column_is_told_by_its_name(table: Table, items: Items, columns: dict[str, Any], found: str) -> None:
    (sample,) = items(table({name: [value] for name, value in columns.items()}))
    assert isinstance(sample, Sample)
    assert [image.uri for image in sample.images] == [found]
    assert "image" not in sample.meta


def test_a_condition_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected a value"):
        Urls(path="a.csv", where="width >>= 3")


def test_malformed_rows_of_csv_are_counted_whatever_is_asked(tmp_path: Path, items: Items) -> None:
    lines = ["url,caption,width", "http://a/0,zero,10", "http://a/1,one", "http://a/2,two,300", "http://a/3,three,5"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    source = Urls.model_validate({"path": "t.csv"}, context={"base": str(tmp_path)})
    assert [getattr(item, "reason", "") for item in items(source)] == ["", "bad_row", "", ""]
    wide = items(source.model_copy(update={"where": "width >= 256"}))
    assert [(key, getattr(item, "reason", "")) for key, item in zip(keys(wide), wide, strict=True)] == [
        (1, "bad_row"),
        (2, ""),
    ]
    assert isinstance(wide[1], Sample)
    assert wide[1].meta == {"width": 300}
    with pytest.raises(InputError, match="it has url, caption, width"):
        source.model_copy(update={"where": "__vlmdata_fault is null"}).partitions()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tsv", "a dog\thttp://a/0\na cat\thttp://a/1\n"),
        ("t.csv", "http://a/0,a dog\nhttp://a/1,a cat\n"),
        ("t.json", '[{"url": "http://a/0", "caption": "a dog"}, {"url": "http://a/1", "caption": "a cat"}]'),
        ("t.jsonl", '{"URL": "http://a/0", "alt": "a dog"}\n{"URL": "http://a/1", "alt": "a cat"}\n'),
    ],
)
def test_the_same_in_every_kind_of_file(tmp_path: Path, items: Items, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    source = Urls.model_validate({"path": name}, context={"base": str(tmp_path)})
    found = [item for item in items(source) if isinstance(item, Sample)]
    assert [(item.key, item.images[0].uri, item.messages[1].text) for item in found] == [
        ("t-000000000", "http://a/0", "a dog"),
        ("t-000000001", "http://a/1", "a cat"),
    ]


def test_nested_json_stays_json_in_meta(tmp_path: Path, items: Items) -> None:
    row = {"url": "http://a/0", "labels": [{"name": "dog", "p": 0.5}], "more": {"a": [1, None]}, "score": 1e999}
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({"url": "http://a/1"}) + "\n")
    first, second = items(Urls.model_validate({"path": "t.jsonl"}, context={"base": str(tmp_path)}))
    assert isinstance(first, Sample)
    assert isinstance(second, Sample)
    assert first.meta == {"labels": [{"name": "dog", "p": 0.5}], "more": {"a": [1, None]}}
    assert second.meta == {}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("LAION 400m.parquet", "laion-400m"),
        ("data/part-*.parquet", "data"),
        ("list.csv.gz", "list"),
        ("https://a.org/x/cc12m.tsv?download=1", "cc12m"),
        ("hf://datasets/owner/name@main/data/train-*.parquet", "data"),
        ("s3://bucket/tables", "tables"),
    ],
)
def test_titles(path: str, title: str) -> None:
    assert Urls(path=path).title == title


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    digests = []
    for content in ("url\nhttp://a/1\n", "url\nhttp://a/2\n", "url\nhttp://a/1\n"):
        (tmp_path / "t.csv").write_text(content)
        digests.append(Urls.model_validate({"path": "t.csv"}, context={"base": str(tmp_path)}).digest())
    assert digests[0] == digests[2] != digests[1]


def test_the_table_of_img2dataset(shared: Path, items: Items) -> None:
    source = Urls(path=str(shared / "annotations" / "img2dataset_test_1000.parquet"))
    found = items(source)
    assert len(found) == 1000
    assert all(isinstance(item, Sample) and KEY.fullmatch(item.key) and not item.meta for item in found)
    hosts = {item.images[0].uri.split("/")[2] for item in found if isinstance(item, Sample) and item.images[0].uri}
    assert len(hosts) > 100
    chosen = items(source.model_copy(update={"sample": 100, "seed": 1}))
    assert len(chosen) == 100
    assert all(item in found for item in chosen)
