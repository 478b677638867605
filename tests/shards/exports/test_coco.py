"""``coco``: read back by our own reader, marks and all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.shards.exports.compared import read, samples
from tests.shards.exports.conftest import Made
from vlmdata.datasets.coco.format import Coco
from vlmdata.shards.exports.export import export
from vlmdata.types import Annotation, Box, Mask, Point, Size


def test_pictures_and_marks_come_back(data_set: Made, tmp_path: Path) -> None:
    given = data_set("regions")
    made = export(given, "coco", tmp_path / "out")
    expected = [
        (image.data, [mark for mark in sample.annotations if mark.image == number])
        for sample in samples(given)
        for number, image in enumerate(sample.images)
    ]
    source = Coco(path=str(tmp_path / "out" / "instances_train.json"), images=str(tmp_path / "out" / "images"))
    back = list(read(source))
    assert len(back) == len(expected)
    for sample, (data, marks) in zip(back, expected, strict=True):
        assert Path(sample.images[0].uri or "").read_bytes() == data
        assert [one.label for one in sample.annotations] == [one.label or "object" for one in marks]
        assert [one.polygon for one in sample.annotations] == [one.polygon for one in marks]
        for one, mark in zip(sample.annotations, marks, strict=True):
            assert one.box
            assert mark.box
            assert one.box.xyxy == pytest.approx(mark.box.xyxy)
    assert {sample.license.images for sample in back} == {"CC0-1.0"}
    assert made.left_out.keys() <= {"no_picture"}


def test_numbers_lead_somewhere(data_set: Made, tmp_path: Path) -> None:
    export(data_set("regions"), "coco", tmp_path / "out")
    data = json.loads((tmp_path / "out" / "instances_train.json").read_text())
    for section in ("images", "annotations", "categories", "licenses"):
        assert [row["id"] for row in data[section]] == list(range(1, len(data[section]) + 1))
    assert {row["category_id"] for row in data["annotations"]} == {row["id"] for row in data["categories"]}
    assert {row["image_id"] for row in data["annotations"]} <= {row["id"] for row in data["images"]}
    assert {row["license"] for row in data["images"]} == {1}


def marked(made: SimpleNamespace, root: Path, *marks: Annotation, meta: dict[str, object]) -> dict[str, list[dict]]:  # type: ignore[type-arg]
    written = made.written(0)
    sample = replace(written.sample, messages=(), alternatives=(), choices=(), annotations=marks, meta=meta)
    made.finish(root / "data", made.write_task(root / "data", [("train", replace(written, sample=sample))]), 1)
    done = export(root / "data", "coco", root / "out")
    data: dict[str, list[dict]] = json.loads((root / "out" / "instances_train.json").read_text())  # type: ignore[type-arg]
    return data | {"notes": [done.notes]}


def test_boxes_and_areas_follow_from_the_shape(made: SimpleNamespace, tmp_path: Path) -> None:
    triangle = ((Point(1, 1), Point(5, 1), Point(1, 4)),)
    column = Mask((12, 6, 16 * 12 - 18), Size(16, 12))  # the upper half of the second column
    data = marked(
        made,
        tmp_path,
        Annotation(id="a", label="x", polygon=triangle),
        Annotation(id="b", label="y", mask=column, text="a stripe", score=0.5),
        Annotation(id="c", box=Box(2, 3, 6, 8), label="x"),
        Annotation(id="d", point=Point(3, 3)),
        Annotation(id="e", mask=Mask((1, 2), Size(16, 12))),
        meta={"iscrowd": ["b"]},
    )
    told = [(row["bbox"], row["area"], row["iscrowd"]) for row in data["annotations"]]
    assert told == [([1, 1, 4, 3], 6.0, 0), ([1, 0, 1, 6], 6.0, 1), ([2, 3, 4, 5], 20.0, 0)]
    assert [row["name"] for row in data["categories"]] == ["x", "y"]
    assert (data["annotations"][1]["text"], data["annotations"][1]["score"]) == ("a stripe", 0.5)
    assert data["annotations"][1]["segmentation"] == {"counts": [12, 6, 174], "size": [12, 16]}
    assert data["notes"] == [{"mark_left_out:bad_mask": 1, "mark_left_out:no_box": 1}]
