"""Inputs whose text holds boxes in a declared dialect."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image as PilImage
from pydantic import ValidationError

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.steps.base import Context
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.types import Annotation, Box, HFlip, ImagePart, Point, RegionPart, Sample, Size, TextPart

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
WriteJson = Callable[[str, object], Path]


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., bytes]:
    """A picture of a size, in ``images/NAME``."""

    def make(name: str = "a.png", width: int = 400, height: int = 200) -> bytes:
        buffer = io.BytesIO()
        PilImage.new("RGB", (width, height), "red").save(buffer, "PNG")
        path = tmp_path / "images" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(buffer.getvalue())
        return buffer.getvalue()

    return make


def row(*turns: str, image: object = "a.png") -> dict[str, object]:
    speakers = ("human", "gpt") * len(turns)
    said = [{"from": who, "value": text} for who, text in zip(speakers, turns, strict=False)]
    return {"image": image, "conversations": said} if image else {"conversations": said}


def measured(sample: Sample, width: int = 400, height: int = 200) -> Sample:
    """As the engine passes it on: with the size of its picture."""
    from dataclasses import replace

    return replace(sample, images=tuple(replace(image, original=Size(width, height)) for image in sample.images))


def test_boxes_in_a_text_become_regions(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    data = photo()
    write_json(
        "c.json", [row("<image>\nWhat is at [0.25, 0.5, 0.75, 0.75]?", "A cat; its paw is [0.5, 0.5, 0.5, 0.5].")]
    )
    source = made("llava", path="c.json", images="images", boxes="llava")
    (sample,) = items(source)
    assert sample.annotations == (
        Annotation(id="r1", box=Box(100, 100, 300, 200), source="published"),
        Annotation(id="r2", box=Box(200, 100, 200, 100), source="published"),
    )
    assert sample.messages[0].content == (ImagePart(0), TextPart("What is at "), RegionPart(("r1",)), TextPart("?"))
    assert sample.messages[1].content[1] == RegionPart(("r2",))
    assert sample.images[0].data == data
    assert "annotations" in source.columns()
    assert "annotations" not in made("llava", path="c.json").columns()


def test_a_place_spoken_of_again_is_the_same(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    photo()
    box = "<ref>cat</ref><box>[[0, 0, 500, 500]]</box>"
    write_json("c.json", [row(f"<image>\n{box}?", f"Yes, {box} and <box>[[0, 0, 500, 500]]</box>")])
    (sample,) = items(made("llava", path="c.json", images="images", boxes="internvl"))
    assert [mark.label for mark in sample.annotations] == ["cat", None]
    assert sample.messages[0].content[1] == sample.messages[1].content[1] == RegionPart(("r1",))


def test_without_a_dialect_all_stays_text(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    photo()
    write_json("c.json", [row("<image>\n[9, 9, 9, 9] <box>", "ok")])
    (sample,) = items(made("llava", path="c.json", images="images"))
    assert sample.messages[0].text == "[9, 9, 9, 9] <box>"
    assert (sample.annotations, sample.images[0].data) == ((), None)


CANONICAL = [
    ("llava", "Please provide a short description for this region: [0.28, 0.34, 0.4, 0.71]."),
    ("qwen-vl", "<ref>the cat</ref><box>(20,63),(624,702)</box>"),
    ("qwen2-vl", "<|object_ref_start|>cat<|object_ref_end|><|box_start|>(20,63),(624,702)<|box_end|>"),
    ("qwen2.5-vl", '```json\n[{"bbox_2d": [20, 63, 391, 190], "label": "cat"}]\n```'),
    ("qwen3-vl", '[{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"point_2d": [5, 6], "label": "b"}]'),
    ("internvl", "Two <ref>people</ref><box>[[200, 251, 447, 963], [529, 246, 744, 984]]</box>."),
    ("all-seeing", "<ref>people</ref><box>[[200, 251, 447, 743]]</box>"),
    ("shikra", "[0.120,0.334,0.400,0.710;0.010,0.200,0.300,0.400]"),
    ("ferret", "[20, 150, 625, 702] and [500, 300]"),
    ("paligemma", "<loc0065><loc0021><loc0719><loc0639> cat ; <loc0000><loc0000><loc1023><loc1023> big dog"),
    ("lrv", "a pot at X:105 Y:50 Width:58 Height:58"),
]


@pytest.mark.parametrize(("dialect", "text"), CANONICAL)
def test_read_and_rendered_in_one_dialect_the_text_is_the_same(
    made: Made, items: Items, write_json: WriteJson, photo: Any, dialect: str, text: str
) -> None:
    photo()
    write_json("c.json", [row("<image>\n" + text, text)])
    (sample,) = items(made("llava", path="c.json", images="images", boxes=dialect))
    assert sample.annotations
    ctx = Context(1, "boxes.render")
    written = RenderBoxes(dialect=dialect).apply(measured(sample), ctx)
    assert isinstance(written, Sample)
    assert [message.text for message in written.messages] == [text, text]
    turned = measured(sample).transformed(HFlip(), 0).transformed(HFlip(), 0)
    again = RenderBoxes(dialect=dialect).apply(turned, ctx)
    assert isinstance(again, Sample)
    if dialect not in ("internvl", "all-seeing", "ferret"):  # a hair decides where numbers are cut off
        assert again.messages == written.messages


def test_a_flip_moves_what_the_text_says(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    photo()
    write_json("c.json", [row("<image>\nWhere is it?", '{"bbox_2d": [0, 250, 100, 500], "label": "cat"}')])
    (sample,) = items(made("llava", path="c.json", images="images", boxes="qwen3-vl"))
    flipped = measured(sample).transformed(HFlip(), 0)
    for dialect, text in [
        ("qwen3-vl", '{"bbox_2d": [900, 250, 1000, 500], "label": "cat"}'),
        ("internvl", "<ref>cat</ref><box>[[900, 250, 1000, 500]]</box>"),
        ("llava", "[0.9, 0.38, 1.0, 0.5]"),
    ]:
        written = RenderBoxes(dialect=dialect).apply(flipped, Context(1, "boxes.render"))
        assert isinstance(written, Sample)
        assert written.messages[1].text == text


def test_options_and_messages(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    photo()
    turns = [{"role": "user", "content": "<image>[0.5, 0.25, 1.0, 0.5]"}, {"role": "assistant", "content": "ok"}]
    write_json("c.json", [{"messages": turns, "images": ["a.png"]}])
    declared = {"dialect": "generic", "scale": 1, "order": "yxyx"}
    source = made("messages", path="c.json", images="images", boxes=declared)
    copy = pickle.loads(pickle.dumps(source))
    assert items(copy) == items(source)
    assert type(source).model_validate(source.model_dump(mode="json")).boxes == source.boxes
    (sample,) = items(source)
    assert sample.annotations[0].box == Box(100, 100, 200, 200)
    for wrong in ("qwen", {"dialect": "llava", "scale": 1}, {"dialect": "generic", "scale": 7}, {"scale": 1}):
        with pytest.raises(ValidationError):
            made("messages", path="c.json", boxes=wrong)


def test_parquet_with_pictures_inside(made: Made, items: Items, tmp_path: Path, photo: Any) -> None:
    data = photo()
    turns = [{"from": "human", "value": "<image>\nPoint."}, {"from": "gpt", "value": '{"point_2d": [500, 500]}'}]
    table = pa.table({"image": [{"bytes": data, "path": "a.png"}], "conversations": [turns]})
    pq.write_table(table, tmp_path / "c.parquet")
    (sample,) = items(made("parquet", path="c.parquet", boxes="qwen3-vl"))
    assert sample.annotations == (Annotation(id="r1", point=Point(200, 100), source="published"),)
    captions = pa.table({"image": [{"bytes": data, "path": "a.png"}], "captions": [["a", "b [1, 2, 3, 4]"]]})
    pq.write_table(captions, tmp_path / "d.parquet")
    (item,) = items(made("parquet", path="d.parquet", boxes="generic"))
    assert item.reason == "boxed_alternative"


@pytest.mark.parametrize(
    ("dialect", "turn", "image", "reason"),
    [
        ("llava", "[0.1, 0.3, 0.2, 1.3]", "a.png", "wrong_dialect"),
        ("llava", "[0.5, 0.3, 0.2, 0.4]", "a.png", "wrong_dialect"),
        ("llava", "[0.1, 0.0, 0.2, 0.1]", "a.png", "wrong_dialect"),
        ("internvl", "<box>[[0, 0, 10]]</box>", "a.png", "wrong_dialect"),
        ("internvl", '{"bbox_2d": [1, 2, 3, 4]}', "a.png", "wrong_dialect"),
        ("llava", "[0.1, 0.3, 0.2, 0.4]", ["a.png", "a.png"], "which_picture"),
        ("llava", "[0.1, 0.3, 0.2, 0.4]", "none.png", "missing_file"),
    ],
)
def test_a_row_that_does_not_fit_is_counted(
    made: Made, items: Items, write_json: WriteJson, photo: Any, dialect: str, turn: str, image: object, reason: str
) -> None:
    photo()
    good = {"llava": "[0.1, 0.3, 0.2, 0.4]", "internvl": "<box>[[0, 0, 10, 10]]</box>"}[dialect]
    write_json("c.json", [row(good), row(turn, image=image)])
    first, second = items(made("llava", path="c.json", images="images", boxes=dialect))
    assert isinstance(first, Sample)
    assert second.reason == reason
    assert second.source == "c.json#1"


def test_rows_without_pictures_or_with_damaged_ones_keep_their_text(
    made: Made, items: Items, write_json: WriteJson, photo: Any, tmp_path: Path
) -> None:
    photo()
    (tmp_path / "images" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write_json("c.json", [row("[1, 2, 3, 4]", image=None), row("[0.1, 0.3, 0.2, 0.4]", image="bad.png")])
    text, damaged = items(made("llava", path="c.json", images="images", boxes="llava"))
    assert text.messages[0].text == "[1, 2, 3, 4]"
    assert damaged.messages[0].text == "[0.1, 0.3, 0.2, 0.4]"


def test_an_input_of_another_dialect_is_refused(made: Made, write_json: WriteJson, photo: Any) -> None:
    photo()
    rows = [row("<image>\nWhat?", "A cat.")] * 90 + [row("<image>\n[0.28, 0.34, 0.4, 0.71]", "A cat.")] * 30
    write_json("c.json", rows)
    with pytest.raises(InputError, match=r"boxes: qwen3-vl does not fit: of 120 rows .*llava.*\[0\.28, 0\.34"):
        made("llava", path="c.json", images="images", boxes="qwen3-vl").partitions()
    for dialect in ("llava", "shikra"):
        assert made("llava", path="c.json", images="images", boxes=dialect).partitions()


def test_an_input_without_any_box_is_taken(made: Made, items: Items, write_json: WriteJson, photo: Any) -> None:
    photo()
    write_json("c.json", [row("<image>\nWhat?", "A cat [3].")] * 3)
    assert len(items(made("llava", path="c.json", images="images", boxes="qwen3-vl"))) == 3


def test_rows_are_looked_at_all_over_the_input(made: Made, tmp_path: Path, photo: Any) -> None:
    photo()
    boxed = [row("<image>\n<loc0001><loc0001><loc0009><loc0009> cat", "ok")] * 400
    lines = [json.dumps(one) for one in [*[row("<image>\nWhat?", "Four: [1, 2, 3, 4].")] * 20_000, *boxed]]
    (tmp_path / "c.jsonl").write_text("\n".join(lines))
    assert made("llava", path="c.jsonl", images="images", boxes="paligemma").partitions()
    with pytest.raises(InputError, match="does not fit"):
        made("llava", path="c.jsonl", images="images", boxes="qwen-vl").partitions()


def test_the_real_file_of_another_model_is_taken(made: Made, items: Items, shared: Path) -> None:
    fields = {"base": shared / "qwen-vl-finetune-demo", "path": "single_images.json", "strip": 1}
    assert all(isinstance(item, Sample) for item in items(made("llava", boxes="qwen2.5-vl", **fields)))
