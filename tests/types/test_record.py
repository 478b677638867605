"""Sample to row of the schema and back, on random samples and on bad ones."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord
from vlmdata.types import (
    IGNORED,
    Alternative,
    Annotation,
    Box,
    Choices,
    Crop,
    Download,
    HFlip,
    Image,
    ImagePart,
    Layout,
    License,
    Mask,
    Message,
    Origin,
    Point,
    RegionPart,
    Rendered,
    Resize,
    Sample,
    Size,
    Span,
    StoredView,
    TextPart,
    Tokens,
    View,
    Written,
    from_record,
    record_json,
    to_record,
)
from vlmdata.types.consistency import inconsistencies
from vlmdata.types.media import extension_of
from vlmdata.types.sequence import SPAN_KINDS

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
REAL = st.floats(-1e9, 1e9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | REAL | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
SIZES = st.builds(Size, st.integers(1, 4000), st.integers(1, 4000))
MASKS = st.builds(Mask, TEXT | st.lists(st.integers(0, 999), max_size=4).map(tuple), SIZES)
DOWNLOADS = st.builds(
    Download, url=TEXT.filter(bool), final_url=TEXT, status=st.integers(200, 299), content_type=st.none() | TEXT
)
RINGS = st.lists(st.lists(st.builds(Point, REAL, REAL), min_size=1, max_size=4).map(tuple), max_size=2).map(tuple)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    images = draw(st.lists(pictures(), max_size=3))
    where = st.integers(0, max(len(images) - 1, 0))
    marks = [
        Annotation(
            id=f"{number}{draw(TEXT)}",
            image=draw(where),
            label=draw(st.none() | TEXT),
            text=draw(st.none() | TEXT),
            box=draw(st.none() | st.builds(Box, REAL, REAL, REAL, REAL)),
            box_1000=draw(st.none() | st.tuples(*[st.integers(0, 1000)] * 4)),
            point=draw(st.none() | st.builds(Point, REAL, REAL)),
            polygon=draw(RINGS),
            mask=draw(st.none() | MASKS),
            score=draw(st.none() | REAL),
            source=draw(st.none() | TEXT),
        )
        for number in range(draw(st.integers(0, 3)) if images else 0)
    ]
    part = st.builds(TextPart, TEXT)
    if images:
        part |= st.builds(ImagePart, where)
    if marks:
        part |= st.builds(RegionPart, st.lists(st.sampled_from([mark.id for mark in marks]), min_size=1).map(tuple))
    role = st.sampled_from(["system", "user", "assistant", "document"])
    messages = draw(st.lists(st.builds(Message, role, st.lists(part, max_size=4).map(tuple)), max_size=3))
    turn = st.integers(0, len(messages) - 1) if messages else st.nothing()
    options = st.lists(TEXT, min_size=1, max_size=4).map(tuple)
    return Sample(
        key=draw(st.from_regex(r"[a-z0-9_-]{1,120}", fullmatch=True)),
        origin=draw(st.builds(Origin, dataset=TEXT, source=TEXT, config=st.none() | TEXT, split=st.none() | TEXT)),
        images=tuple(images),
        messages=tuple(messages),
        annotations=tuple(marks),
        alternatives=tuple(draw(st.lists(st.builds(Alternative, turn, TEXT, REAL), max_size=2))),
        choices=tuple(draw(st.lists(st.builds(Choices, turn, options, st.none() | st.just(0)), max_size=2))),
        tags=tuple(draw(st.lists(TEXT, max_size=3))),
        language=draw(st.none() | TEXT),
        license=draw(st.builds(License, annotations=st.none() | TEXT, images=st.none() | TEXT)),
        role=draw(st.sampled_from(["train", "eval"])),
        meta=draw(st.dictionaries(TEXT, JSON, max_size=3)),
        rendered=draw(st.none() | rendered_texts()),
        tokens=draw(st.none() | token_rows()),
    )


@st.composite
def rendered_texts(draw: st.DrawFn) -> Rendered:
    pieces = draw(st.lists(st.tuples(TEXT, st.sampled_from(SPAN_KINDS)), max_size=4))
    ends = [0, *accumulate(len(text) for text, _ in pieces)]
    spans = (Span(start, end, kind) for start, end, (_, kind) in zip(ends, ends[1:], pieces, strict=False))
    return Rendered("".join(text for text, _ in pieces), tuple(spans))


@st.composite
def token_rows(draw: st.DrawFn) -> Tokens:
    ids = draw(st.lists(st.integers(0, 200_000), min_size=1, max_size=6))
    packed = draw(st.booleans())
    return Tokens(
        input_ids=array("i", ids),
        attention_mask=array("i", [1] * len(ids)),
        labels=array("i", [IGNORED, *ids[1:]]),
        position_ids=array("i", range(len(ids))) if packed else None,
        sequence_lengths=array("i", [len(ids)]) if packed else None,
    )


@st.composite
def pictures(draw: st.DrawFn) -> Image:
    return Image(
        data=draw(st.binary(max_size=20)),
        original=draw(SIZES),
        id=draw(st.none() | TEXT),
        media_type=draw(st.sampled_from(["image/jpeg", "image/png", "video/mp4"])),
        sha256=draw(st.none() | TEXT),
        source=draw(st.none() | TEXT),
        license=draw(st.none() | TEXT),
        timestamp_s=draw(st.none() | REAL),
        clip=draw(st.none() | TEXT),
        download=draw(st.none() | DOWNLOADS),
    )


def whole(sample: Sample) -> Written:
    """As written when nothing was done to its pictures."""
    views = tuple((StoredView(image.data or b"", image.media_type, image.original),) for image in sample.images)
    return Written(sample, views)


PLAIN = Sample(
    key="plain",
    origin=Origin(dataset="made", source="made.json#0"),
    images=(Image(data=b"x", original=Size(20, 10), media_type="image/png"),),
    messages=(Message("user", (ImagePart(0), TextPart("hello"))),),
)


@given(samples())
@settings(max_examples=80, deadline=None)
def test_a_sample_survives_the_row_and_its_json(sample: Sample) -> None:
    record = to_record(whole(sample))
    assert from_record(record) == sample
    pictures_apart = {"images": record["images"], **json.loads(record_json(record, record))}
    assert from_record(pictures_apart) == sample


@given(samples())
@settings(max_examples=30, deadline=None)
def test_rows_are_consistent(sample: Sample) -> None:
    assert list(inconsistencies(to_record(whole(sample)))) == []


def test_edits_are_over_once_written() -> None:
    """The row tells of the frame after edits, and of the size before."""
    image = Image(data=b"in", original=Size(20, 10), edits=(Crop(2, 1, 8, 6), HFlip()), media_type="image/png")
    record = to_record(Written(replace(PLAIN, images=(image,)), ((StoredView(b"out", "image/jpeg", Size(8, 6)),),)))
    info = record["image_info"][0]
    assert (info["width"], info["height"], info["original"]) == (8, 6, [20, 10])
    assert record["images"] == [{"bytes": b"out", "path": "plain.0.jpg"}]
    again = from_record(record).images[0]
    assert (again.data, again.size, again.edits) == (b"out", Size(8, 6), ())


TILED = Layout("halves", (View("tile", (Crop(0, 0, 10, 10),)), View("tile", (Crop(10, 0, 10, 10), Resize(5, 5)))))


def test_tiles_are_described_in_the_frame_and_cannot_be_put_together() -> None:
    image = PLAIN.images[0].laid_out(TILED)
    views = (StoredView(b"1", "image/png", Size(10, 10)), StoredView(b"2", "image/png", Size(5, 5)))
    record = to_record(Written(replace(PLAIN, images=(image,)), (views,)))
    info = record["image_info"][0]
    assert info["policy"] == "halves"
    assert info["count"] == 2
    assert info["views"][1] == {"kind": "tile", "x": 10.0, "y": 0.0, "w": 10.0, "h": 10.0, "width": 5, "height": 5}
    with pytest.raises(BadRecord, match="halves") as caught:
        from_record(record)
    assert caught.value.reason == "already_tiled"


def test_a_planned_layout_stands_behind_the_stored_frame() -> None:
    image = PLAIN.images[0].laid_out(TILED)
    record = to_record(Written(replace(PLAIN, images=(image,)), ((StoredView(b"all", "image/png", Size(20, 10)),),)))
    info = record["image_info"][0]
    assert (info["first"], info["count"]) == (0, 1)
    assert [one["kind"] for one in info["views"]] == ["whole", "tile", "tile"]
    assert from_record(record).images[0].data == b"all"


def test_a_layout_that_keeps_the_frame_is_read_from_it() -> None:
    layout = Layout("with-whole", (View("tile", (Crop(0, 0, 10, 10),)), View("global", ())))
    views = (StoredView(b"part", "image/png", Size(10, 10)), StoredView(b"all", "image/png", Size(20, 10)))
    record = to_record(Written(replace(PLAIN, images=(PLAIN.images[0].laid_out(layout),)), (views,)))
    assert from_record(record).images[0].data == b"all"


def test_bytes_that_are_no_picture_are_kept_by_fetch() -> None:
    image = Image(data=b"<html>", source="broken.jpg")
    record = to_record(Written(replace(PLAIN, images=(image,)), ((StoredView(b"<html>", None, None),),)))
    assert record["images"][0]["path"] == "plain.0.bin"
    assert record["image_info"][0]["width"] is None
    assert from_record(record).images[0] == image


def test_views_must_be_the_layout_or_the_frame() -> None:
    image = PLAIN.images[0].laid_out(TILED)
    with pytest.raises(ValueError, match="halves"):
        to_record(Written(replace(PLAIN, images=(image,)), ((StoredView(b"1", "image/png", Size(10, 10)),),)))


def test_a_mask_with_edits_is_refused() -> None:
    mark = Annotation(id="m", mask=Mask("abc", Size(20, 10), (HFlip(),)))
    with pytest.raises(ValueError, match="mask"):
        to_record(whole(replace(PLAIN, annotations=(mark,))))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "Not A Key"}, "inconsistent"),
        ({"key": "k" * 121}, "inconsistent"),
        ({"messages": (Message("user", (ImagePart(1),)),)}, "inconsistent"),
        ({"messages": (Message("user", (RegionPart(("gone",)),)),)}, "inconsistent"),
        ({"annotations": (Annotation(id="a"), Annotation(id="a"))}, "inconsistent"),
        ({"annotations": (Annotation(id="a", image=1),)}, "inconsistent"),
        ({"annotations": (Annotation(id="a", box_1000=(0, 0, 1001, 5)),)}, "inconsistent"),
        ({"alternatives": (Alternative(3, "late"),)}, "inconsistent"),
        ({"choices": (Choices(0, ("one",), 1),)}, "inconsistent"),
        ({"annotations": (Annotation(id="a", score=float("nan")),)}, "bad_number"),
        ({"annotations": (Annotation(id="a", score=10**400),)}, "bad_number"),
        ({"alternatives": (Alternative(0, "x", float("inf")),)}, "bad_number"),
        ({"meta": {"score": float("nan")}}, "meta_not_json"),
        ({"meta": {"when": object()}}, "meta_not_json"),
        ({"meta": {"half": "\ud83d"}}, "not_unicode"),
        ({"language": "\udc00"}, "not_unicode"),
    ],
)
def test_what_cannot_be_stored_is_a_bad_record(change: dict[str, object], reason: str) -> None:
    def stored() -> bytes:
        record = to_record(whole(replace(PLAIN, **change)))
        return record_json(record, record)

    with pytest.raises(BadRecord) as caught:
        stored()
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "change",
    [
        {"messages": None},
        {"messages": [{"role": "user", "content": [{"type": "sound"}]}]},
        {"meta": "{"},
        {"image_info": [{}]},
        {"images": []},
    ],
)
def test_rows_of_another_schema_are_bad_records(change: dict[str, object]) -> None:
    with pytest.raises(BadRecord) as caught:
        from_record({**to_record(whole(PLAIN)), **change})
    assert caught.value.reason == "bad_record"


def test_meta_is_written_with_sorted_keys_and_plain_letters() -> None:
    assert to_record(whole(replace(PLAIN, meta={"b": "ü", "a": 1})))["meta"] == '{"a": 1, "b": "ü"}'


@pytest.mark.parametrize(("media_type", "extension"), [("image/jpeg", "jpg"), ("video/mp4", "mp4"), (None, "bin")])
def test_extensions(media_type: str | None, extension: str) -> None:
    assert extension_of(media_type) == extension
