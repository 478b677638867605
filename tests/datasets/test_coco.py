from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.datasets.base import Format
from vlmdata.datasets.coco.licenses import license_numbered
from vlmdata.errors import InputError
from vlmdata.types import Box, Mask, Point, Sample, Size

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
WriteJson = Callable[[str, object], Path]

LICENSES = [
    {
        "id": 1,
        "name": "Attribution-NonCommercial-ShareAlike License",
        "url": "http://creativecommons.org/licenses/by-nc-sa/2.0/",
    },
    {"id": 2, "name": "Attribution-NonCommercial License", "url": "http://creativecommons.org/licenses/by-nc/2.0/"},
    {
        "id": 3,
        "name": "Attribution-NonCommercial-NoDerivs License",
        "url": "http://creativecommons.org/licenses/by-nc-nd/2.0/",
    },
    {"id": 4, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"},
    {"id": 5, "name": "Attribution-ShareAlike License", "url": "http://creativecommons.org/licenses/by-sa/2.0/"},
    {"id": 6, "name": "Attribution-NoDerivs License", "url": "http://creativecommons.org/licenses/by-nd/2.0/"},
    {"id": 7, "name": "No known copyright restrictions", "url": "http://flickr.com/commons/usage/"},
    {"id": 8, "name": "United States Government Work", "url": "http://www.usa.gov/copyright.shtml"},
]
CATEGORIES = [{"id": 18, "name": "dog", "supercategory": "animal"}, {"id": 1, "name": "person"}]


def image(number: int, **fields: object) -> dict[str, object]:
    return {"id": number, "file_name": f"{number:012d}.jpg", "license": 4, "width": 8, "height": 6, **fields}


def mark(number: int, image_id: object, **fields: object) -> dict[str, object]:
    return {
        "id": number,
        "image_id": image_id,
        "category_id": 18,
        "bbox": [1.5, 2, 3, 4],
        "area": 12.0,
        "iscrowd": 0,
        **fields,
    }


@pytest.fixture
def coco(
    made: Made, items: Items, write_json: WriteJson, tmp_path: Path, picture: Callable[..., bytes]
) -> Callable[..., list[Any]]:
    """The items of an instances JSON with these parts; its pictures are there unless called absent."""

    def read(
        images: list[Any], annotations: list[Any], captions: list[Any] | None = None, **sections: object
    ) -> list[Any]:
        for entry in images:
            name = entry.get("file_name") if isinstance(entry, dict) else None
            if isinstance(name, str) and "absent" not in name:
                (tmp_path / "val").mkdir(exist_ok=True)
                (tmp_path / "val" / name).write_bytes(picture())
        head = {"info": {"year": 2017}, "licenses": LICENSES, "images": images}
        write_json("ann/instances.json", {**head, "annotations": annotations, "categories": CATEGORIES, **sections})
        fields = {"path": "ann/instances.json", "images": "val"}
        if captions is not None:
            write_json("ann/captions.json", {**head, "annotations": captions})
            fields["captions"] = "ann/captions.json"
        (tmp_path / "val").mkdir(exist_ok=True)
        return items(made("coco", **fields))

    return read


def test_instances_and_captions_are_joined_by_image(coco: Callable[..., list[Any]]) -> None:
    polygon = [[0, 0, 4, 0, 4, 4], [5, 5, 6, 5, 6.5, 6]]
    crowd = {"counts": [10, 20, 18], "size": [6, 8]}
    annotations = [
        mark(5, 9, segmentation=polygon),
        mark(6, 7, category_id=1),
        mark(4, 9, category_id=99, iscrowd=1, segmentation=crowd),
    ]
    captions = [{"id": n, "image_id": i, "caption": f"c{n} of {i} \n"} for n, i in [(1, 9), (2, 7), (3, 9)]]
    first, second, third = coco([image(9), image(7), image(8)], annotations, captions)

    assert (first.key, first.origin.source) == ("instances-000000000", "instances.json#0")
    assert (first.images[0].id, first.images[0].source) == ("coco:9", "000000000009.jpg")
    assert [(one.id, one.label, one.source) for one in first.annotations] == [
        ("5", "dog", "published"),
        ("4", None, "published"),
    ]
    assert first.annotations[0].box == Box(1.5, 2, 4.5, 6)
    assert first.annotations[0].polygon[1] == (Point(5, 5), Point(6, 5), Point(6.5, 6))
    assert first.annotations[1].mask == Mask((10, 20, 18), Size(8, 6))
    assert [message.text for message in first.messages] == ["", "c1 of 9"]
    assert [(other.message, other.text) for other in first.alternatives] == [(1, "c3 of 9")]
    assert first.meta["iscrowd"] == ["4"]
    assert first.meta["area"] == {"5": 12.0, "4": 12.0}
    assert first.tags == ("caption", "detection")
    assert [one.label for one in second.annotations] == ["person"]
    assert (third.annotations, third.messages, third.tags) == ((), (), ())


def test_captions_alone(
    made: Made, items: Items, write_json: WriteJson, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "COCO_val2014_000000391895.jpg").write_bytes(picture())
    captions = [{"id": 1, "image_id": 391895, "caption": "A man."}]
    write_json(
        "captions.json",
        {"annotations": captions, "images": [{"id": 391895, "file_name": "COCO_val2014_000000391895.jpg"}]},
    )
    (sample,) = items(made("coco", path="captions.json"))
    assert sample.images[0].id == "coco:391895"
    assert sample.messages[1].text == "A man."
    assert sample.license.commercial == "unclear"


def test_the_licence_of_each_picture(coco: Callable[..., list[Any]]) -> None:
    found = coco([image(number, license=number) for number in range(1, 10)], [])
    assert [sample.license.commercial for sample in found] == ["no"] * 3 + [
        "yes",
        "yes",
        "unclear",
        "yes",
        "yes",
        "unclear",
    ]
    assert found[3].license.images == found[3].images[0].license == "Attribution License"
    assert found[8].license.images is None


def test_the_number_of_a_licence_says_as_much_as_its_entry() -> None:
    assert [license_numbered(entry["id"]) for entry in LICENSES] == [
        {"name": entry["name"], "url": entry["url"]} for entry in LICENSES
    ]
    assert license_numbered(9) is license_numbered("4") is None


def test_ids_of_other_data_are_not_cocos(coco: Callable[..., list[Any]]) -> None:
    ours = image(1, file_name="street.jpg")
    theirs = image(2, file_name="flat.jpg", coco_url="http://images.cocodataset.org/train2017/000000000002.jpg")
    named = {**image(3, file_name="x.jpg"), "id": "x"}
    assert [sample.images[0].id for sample in coco([ours, theirs, named], [])] == [
        "instances:1",
        "coco:2",
        "instances:x",
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [1, 2, 3]}, "bad_annotation"),
        ({"bbox": [1, 2, 3, "4"]}, "bad_annotation"),
        ({"bbox": [1, 2, 3, 1e999]}, "bad_annotation"),
        ({"bbox": "box"}, "bad_annotation"),
        ({"segmentation": [[1, 2, 3]]}, "bad_annotation"),
        ({"segmentation": [5]}, "bad_annotation"),
        ({"segmentation": {"counts": [1], "size": [6, 8]}}, "bad_annotation"),
        ({"segmentation": {"counts": None, "size": [6, 8]}}, "bad_annotation"),
        ({"segmentation": {"counts": "abc", "size": [0, 8]}}, "bad_annotation"),
        ({"score": "high"}, "bad_annotation"),
        ({"caption": 5}, "bad_field"),
        ({"bbox": None, "segmentation": None}, None),
        ({"bbox": [5, 5, -2, 0]}, None),
        ({"segmentation": {"counts": "0", "size": [6, 8]}}, None),
        ({"segmentation": "none"}, None),
    ],
)
def test_bad_annotations_cost_their_image(
    coco: Callable[..., list[Any]], fields: dict[str, object], reason: str | None
) -> None:
    first, second = coco([image(1), image(2)], [{**mark(1, 1), **fields}])
    assert getattr(first, "reason", None) == reason
    assert isinstance(second, Sample)


def test_bad_images_are_counted(coco: Callable[..., list[Any]]) -> None:
    images = [
        None,
        5,
        {},
        {"id": 1},
        image(2, file_name="absent.jpg"),
        image(3, file_name="../x.jpg"),
        image(4),
        image(4),
    ]
    annotations: list[Any] = [None, 7, {}, {"image_id": {}}, mark(1, 4), mark(1, 4), mark(2, 77)]
    found = coco(
        [one for one in images if not isinstance(one, dict) or "../" not in str(one)] + [images[5]], annotations
    )
    assert [getattr(item, "reason", "sample") for item in found] == [
        "not_an_object", "not_an_object", "missing_field", "missing_field", "missing_file", "sample", "path_outside",
    ]  # fmt: skip
    assert [one.id for one in found[5].annotations] == ["1", "1-again"]


def test_annotations_may_stand_before_images(
    made: Made, items: Items, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "000000000001.jpg").write_bytes(picture())
    body = {"annotations": [mark(1, 1)], "categories": [{"id": 18, "name": "犬"}], "images": [image(1)]}
    (tmp_path / "c.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    (sample,) = items(made("coco", path="c.json"))
    assert sample.annotations[0].label == "犬"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"annotations": []}', "no list 'images'"),
        ("[]", "expected a JSON object"),
        ('{"images": [{"id": 1}', "ends in the middle"),
        ('{"images": [{"id": 1}], "annotations": [{"a" 1}]}', r"malformed at byte 4\d \(Expecting"),
    ],
)
def test_files_of_another_kind_are_refused(made: Made, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(InputError, match=message):
        made("coco", path="c.json").partitions()


def test_missing_files_are_said(made: Made, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"images": []}')
    for fields in ({"path": "absent.json"}, {"path": "c.json", "captions": "absent.json"}, {"path": "."}):
        with pytest.raises(InputError, match="is not a file"):
            made("coco", **fields).partitions()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


ANNOTATION_FIELDS = ("image_id", "bbox", "segmentation", "caption", "category_id", "score", "area", "id")
IMAGE_FIELDS = ("id", "file_name", "license", "coco_url")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(ANNOTATION_FIELDS, anything)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(IMAGE_FIELDS, anything)),
    st.lists(anything, max_size=2),
)
def test_any_json_gives_one_item_per_image(
    coco: Callable[..., list[Any]], annotation: dict[str, Any], entry: dict[str, Any], rest: list[Any]
) -> None:
    found = coco([image(1)], [{**annotation, "image_id": 1}, annotation, *rest], licenses=[entry, *rest])
    assert len(found) == 1
