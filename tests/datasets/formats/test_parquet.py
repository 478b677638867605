from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, Partition, TextPart

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
Picture = Callable[..., bytes]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(
        name: str = "data.parquet", group: int = 1000, types: dict[str, pa.DataType] | None = None, **columns: Any
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {key: pa.array(values, (types or {}).get(key)) for key, values in columns.items()}
        pq.write_table(pa.table(arrays), path, row_group_size=group)
        return path

    return write


def texts(sample: Any) -> list[str]:
    return [message.text for message in sample.messages]


def test_the_cauldron(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    turns = [{"user": "One?", "assistant": "1", "source": "AI2D"}, {"user": "Two?", "assistant": "2", "source": "AI2D"}]
    table(
        images=[[{"bytes": picture(), "path": None}, {"bytes": picture("blue"), "path": "b.jpg"}], [], None],
        texts=[turns, turns[:1], turns[:1]],
        relevance_ratings=[[5, None], [1], None],
    )
    first, second, third = items(made("parquet", path="data.parquet"))
    assert first.messages[0].content == (ImagePart(0), ImagePart(1), TextPart("One?"))
    assert texts(first) == ["One?", "1", "Two?", "2"]
    assert [image.data for image in first.images] == [picture(), picture("blue")]
    assert [image.source for image in first.images] == [None, "b.jpg"]
    assert (first.tags, first.meta) == (("multi-image",), {"relevance_ratings": [5, None]})
    assert second.images == third.images == ()
    assert third.meta == {}


def test_llava_next(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    talk = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A."}]
    chat = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
    table(id=["x", "y"], image=[{"bytes": picture(), "path": "x.jpg"}, None], conversations=[talk, chat])
    first, second = items(made("parquet", path="data.parquet"))
    assert first.messages[0].content == (ImagePart(0), TextPart("What?"))
    assert first.meta == {"id": "x"}
    assert (second.images, texts(second)) == ((), ["Hi", "Hello"])


def test_messages_with_typed_items(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    content = [{"type": "image", "text": None, "index": 0}, {"type": "text", "text": "What?", "index": None}]
    answer = [{"type": "text", "text": "A.", "index": None}]
    table(
        messages=[[{"role": "user", "content": content}, {"role": "assistant", "content": answer}]],
        images=[[picture()]],
    )
    (sample,) = items(made("parquet", path="data.parquet"))
    assert sample.messages[0].content == (ImagePart(0), TextPart("What?"))


def test_captions_and_capitals(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    when = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    table(
        IMAGE=[picture()] * 4,
        TEXT=[" A cat.\n", None, "", "x"],
        day=[when] * 4,
        raw=[b"\xff"] * 4,
        score=[float("inf"), 1.5, 2.0, 3.0],
    )
    first, *others = items(made("parquet", path="data.parquet"))
    assert first.messages[0].content == (ImagePart(0),)
    assert texts(first) == ["", "A cat."]
    assert first.meta == {"day": "2024-05-01T00:00:00+00:00"}
    assert [getattr(item, "reason", "sample") for item in others] == ["missing_text", "missing_text", "sample"]
    assert first.tags == ("caption",)


def test_several_captions_are_alternatives(
    made: Made, items: Items, table: Callable[..., Path], picture: Picture
) -> None:
    table(image=[picture(), None], captions=[["One.", "Two.", " "], ["Alone."]])
    first, second = items(made("parquet", path="data.parquet"))
    assert texts(first) == ["", "One."]
    assert [(other.message, other.text) for other in first.alternatives] == [(1, "Two.")]
    assert second.reason == "missing_image"


@pytest.mark.parametrize(
    ("text", "images", "expected", "tags"),
    [
        ("<__dj__image> A bus.", 1, [("user", [0]), ("assistant", ["A bus."])], ("caption",)),
        ("<__dj__image> A bus. <|__dj__eoc|>", 1, [("user", [0]), ("assistant", ["A bus."])], ("caption",)),
        ("See <__dj__image> here.", 1, [("document", ["See", 0, "here."])], ("interleaved",)),
        (
            "<__dj__image> One.<|__dj__eoc|> <__dj__image> Two.",
            2,
            [("document", [0, "One.", "\n\n", 1, "Two."])],
            ("interleaved", "multi-image"),
        ),
        ("Only words.", 0, [("document", ["Only words."])], ()),
    ],
)
def test_data_juicer_markers(
    made: Made,
    items: Items,
    table: Callable[..., Path],
    picture: Picture,
    text: str,
    images: int,
    expected: object,
    tags: object,
) -> None:
    table(types={"image_bytes": pa.list_(pa.binary())}, text=[text], image_bytes=[[picture()] * images])
    (sample,) = items(made("parquet", path="data.parquet"))
    said = [
        (message.role, [part.text if isinstance(part, TextPart) else part.image for part in message.content])
        for message in sample.messages
    ]
    assert (said, sample.tags) == (expected, tags)


def test_file_names_and_paths_without_bytes(
    made: Made, items: Items, table: Callable[..., Path], picture: Picture, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture())
    table(
        types={"image": pa.struct([("bytes", pa.binary()), ("path", pa.string())])},
        image=[{"bytes": None, "path": "a.jpg"}, {"bytes": None, "path": "x/a.jpg"}, {"bytes": None, "path": None}],
        caption=["A."] * 3,
    )
    first, second, third = items(made("parquet", path="data.parquet"))
    assert first.images[0].uri == str(tmp_path / "a.jpg")
    assert (second.reason, third.reason) == ("missing_file", "missing_file")
    assert "set strip: 1" in second.detail
    table(name="names.parquet", image=["a.jpg"], caption=["A."])
    (named,) = items(made("parquet", path="names.parquet"))
    assert named.images[0].source == "a.jpg"


def test_given_columns(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    table(left=[picture()], right=[picture("blue")], recaption=["R."], caption=["C."])
    (sample,) = items(made("parquet", path="data.parquet", image_column="right", text_column="Recaption"))
    assert sample.images[0].data == picture("blue")
    assert texts(sample)[1] == "R."
    with pytest.raises(InputError, match=r"image_column: .* no column 'middle', only left, right"):
        made("parquet", path="data.parquet", image_column="middle").partitions()


def test_ranges_cross_row_groups(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    table(group=40, image=[picture()] * 130, caption=[f"c{number}" for number in range(130)])
    source = made("parquet", path="data.parquet")
    whole = items(source)
    assert texts(whole[129]) == ["", "c129"]
    for start, stop in [(0, 130), (5, 6), (39, 41), (79, 121), (130, 130)]:
        assert list(source.read(Partition("data.parquet", start, stop))) == whole[start:stop]


def test_several_files(made: Made, items: Items, table: Callable[..., Path], picture: Picture) -> None:
    for split in ("train", "test"):
        table(name=f"set/{split}/0000.parquet", image=[picture()], caption=[split])
    found = items(made("parquet", path="set"))
    assert [texts(item)[1] for item in found] == ["test", "train"]
    assert [item.origin.source for item in found] == ["test/0000.parquet#0", "train/0000.parquet#0"]
    assert len({item.key for item in found}) == 2


def test_strings_that_are_no_unicode_cost_their_row(
    made: Made, items: Items, table: Callable[..., Path], picture: Picture
) -> None:
    broken = pa.array([b"fine", b"\xff\xfe", b"too"]).view(pa.string())
    table(image=[picture()] * 3, caption=broken)
    found = items(made("parquet", path="data.parquet"))
    assert [getattr(item, "reason", "sample") for item in found] == ["sample", "not_unicode", "sample"]


def test_a_damaged_row_group_costs_its_rows(
    made: Made, items: Items, table: Callable[..., Path], picture: Picture
) -> None:
    path = table(group=10, image=[picture()] * 30, caption=["c"] * 30)
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(data)
    found = items(made("parquet", path="data.parquet"))
    assert [getattr(item, "reason", "sample") for item in found] == ["sample"] * 10 + ["corrupt_row_group"] * 10 + [
        "sample"
    ] * 10


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"URL": ["https://example.org"], "TEXT": ["x"]}, "vlmdata fetch urls"),
        ({"a": [1], "b": [2]}, "set image_column or text_column to one of a, b"),
    ],
)
def test_tables_of_another_kind_are_refused(
    made: Made, table: Callable[..., Path], columns: dict[str, Any], message: str
) -> None:
    table(**columns)
    with pytest.raises(InputError, match=message):
        made("parquet", path="data.parquet").partitions()


def test_what_is_no_parquet_is_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match="is not a Parquet file, or is cut off"):
        made("parquet", path="data.parquet").partitions()


def test_real_data_juicer_file(made: Made, items: Items, shared: Path) -> None:
    samples = items(made("parquet", base=shared, path="data-juicer/demo-dataset-images-bytes.parquet"))
    assert [texts(sample) for sample in samples] == [
        ["", "A comfortable bed."],
        ["", "A bus."],
        ["", "Black and white photograph of a woman holding an umbrella."],
    ]
    assert all(len(sample.images) == 1 and sample.images[0].data for sample in samples)
    assert samples[0].meta == {"images": ["../../tests/ops/data/img1.png"]}


def test_real_url_list_is_refused(made: Made, shared: Path) -> None:
    with pytest.raises(InputError, match="vlmdata fetch urls"):
        made("parquet", base=shared, path="annotations/img2dataset_test_1000.parquet").partitions()
