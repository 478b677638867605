from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, Rejected, Sample, TextPart

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
WriteJson = Callable[[str, object], Path]

GOOD = {
    "id": 7,
    "image": "a.jpg",
    "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A."}],
}
TEXT_ONLY = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}


@pytest.fixture
def images(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    for name in ("a.jpg", "b.jpg", "deep/c.jpg"):
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture())
    return tmp_path / "images"


def test_a_row_becomes_a_sample(made: Made, items: Items, write_json: WriteJson, images: Path) -> None:
    write_json("chat.json", [GOOD, TEXT_ONLY])
    first, second = items(made("llava", path="chat.json", images="images", tags=["chart"]))
    assert first.key == "chat-000000000"
    assert first.origin.source == "chat.json#0"
    assert (first.origin.dataset, first.origin.split) == ("chat", "train")
    assert (first.images[0].uri, first.images[0].source) == (str(images / "a.jpg"), "a.jpg")
    assert first.messages[0].content == (ImagePart(0), TextPart("What?"))
    assert first.meta == {"id": 7}
    assert first.tags == ("chart",)
    assert (second.images, second.meta) == ((), {})
    assert [message.text for message in second.messages] == ["Hi", "Hello"]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
def test_json_lines_are_told_by_content(made: Made, items: Items, tmp_path: Path, images: Path, name: str) -> None:
    lines = [json.dumps(GOOD), "", "{broken", json.dumps([1]), '{"conversations": "\\ud800"}', json.dumps(TEXT_ONLY)]
    (tmp_path / name).write_text("\n".join(lines))
    found = items(made("llava", path=name, images="images"))
    assert [getattr(item, "reason", "sample") for item in found] == [
        "sample", "bad_json", "not_an_object", "not_unicode", "sample",
    ]  # fmt: skip


def test_several_pictures_and_videos(made: Made, items: Items, write_json: WriteJson, images: Path) -> None:
    (images / "v.mp4").write_bytes(b"clip")
    row = {
        "images": ["a.jpg", "b.jpg"],
        "video": "v.mp4",
        "conversations": [{"from": "human", "value": "<image>\n<image>\nand <video>"}, {"from": "gpt", "value": "ok"}],
    }
    write_json("chat.json", [row])
    (sample,) = items(made("llava", path="chat.json", images="images"))
    assert [image.source for image in sample.images] == ["a.jpg", "b.jpg", "v.mp4"]
    assert [image.is_clip for image in sample.images] == [False, False, True]
    assert sample.messages[0].content == (ImagePart(0), ImagePart(1), TextPart("and "), ImagePart(2))
    assert sample.tags == ("multi-image", "video")


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("absent.jpg", "missing_file", "no file 'absent.jpg' in images"),
        ("coco/train/deep/c.jpg", "missing_file", "set strip: 2"),
        ("../chat.json", "path_outside", "leads out of images"),
        ("/etc/hostname", "path_outside", "leads out of images"),
        ("https://example.org/a.jpg", "remote_image", "vlmdata fetch urls"),
        ("s3://bucket/a.jpg", "remote_image", ""),
        ("a\0.jpg", "missing_file", ""),
        ("x" * 5000, "missing_file", ""),
        ("data:image/png,raw", "bad_image", "base64"),
        ("data:image/png;base64,!!!", "bad_image", "base64"),
        (5, "bad_field", "named by a string"),
        ({"path": None}, "missing_file", ""),
        ([None], "missing_file", ""),
    ],
)
def test_a_picture_that_is_not_there_is_counted(
    made: Made, items: Items, write_json: WriteJson, images: Path, tmp_path: Path, name: object, reason: str, hint: str
) -> None:
    write_json("chat.json", [{**GOOD, "image": name}])
    (item,) = items(made("llava", path="chat.json", images="images"))
    assert isinstance(item, Rejected)
    assert item.reason == reason
    assert hint in item.detail
    assert str(tmp_path) not in item.detail


def test_names_that_stay_inside_are_taken(made: Made, items: Items, write_json: WriteJson, images: Path) -> None:
    names = ["deep/../a.jpg", str(images / "deep/c.jpg"), f"file://{images}/a.jpg"]
    write_json("chat.json", [{**GOOD, "image": name} for name in names])
    found = items(made("llava", path="chat.json", images="images"))
    assert [sample.images[0].source for sample in found] == ["deep/../a.jpg", "deep/c.jpg", "a.jpg"]


def test_published_names_carry_their_identity(made: Made, items: Items, write_json: WriteJson, images: Path) -> None:
    names = ["COCO_val2014_000000391895.jpg", "coco/train2017/000000000009.jpg", "vg/VG_100K_2/12.jpg", "a.jpg"]
    for name in names:
        (images / name).parent.mkdir(parents=True, exist_ok=True)
        (images / name).touch()
    write_json("chat.json", [{**GOOD, "image": name} for name in names])
    found = items(made("llava", path="chat.json", images="images"))
    assert [sample.images[0].id for sample in found] == ["coco:391895", "coco:9", "vg:12", None]


def test_several_files_have_keys_of_their_own(made: Made, items: Items, write_json: WriteJson) -> None:
    names = ["data/part.json", "data/other/part.json", "data/Ünï.json", "data/" + "x" * 80 + ".json"]
    for name in names:
        write_json(name, [TEXT_ONLY, TEXT_ONLY])
    for path in ("data", "data/**/*.json"):
        source = made("llava", path=path)
        keys = [item.key for item in items(source)]
        assert source.title == "data"
        assert len(set(keys)) == len(keys) == 8
        assert all(re.fullmatch(r"[a-z0-9_-]{1,110}", key) for key in keys)
    assert [partition.file for partition in source.partitions()] == sorted(name[5:] for name in names)


def test_ranges_and_copies_read_the_same(made: Made, items: Items, write_json: WriteJson) -> None:
    write_json("chat.json", [{**TEXT_ONLY, "id": number} for number in range(1100)])
    source = made("llava", path="chat.json")
    whole = items(source)
    (partition,) = source.partitions()
    copy = pickle.loads(pickle.dumps(source.model_copy(update={"limit": 3})))
    for start, stop in [(0, 1), (511, 513), (1023, 1100), (600, 600)]:
        part = type(partition)(partition.file, start, stop)
        assert list(copy.read(part)) == whole[start:stop]
    assert set(source.model_dump(mode="json")) == set(type(source).model_fields)
    assert copy.digest() == source.digest()


def test_nesting_without_end_costs_its_row(made: Made, items: Items, tmp_path: Path) -> None:
    deep = [json.dumps(TEXT_ONLY)[:-1] + f', "x": {"[" * depth}{"]" * depth}}}' for depth in (5, 400, 700, 100_000)]
    (tmp_path / "chat.jsonl").write_text("\n".join(deep))
    first, *others = items(made("llava", path="chat.jsonl"))
    assert first.meta == {"x": [[[[[]]]]]}
    assert others[-1].reason == "bad_json"
    assert len(others) == 3


def test_the_digest_follows_the_content(made: Made, write_json: WriteJson) -> None:
    write_json("chat.json", [GOOD])
    before = made("llava", path="chat.json").digest()
    assert made("llava", path="chat.json").digest() == before
    write_json("chat.json", [TEXT_ONLY])
    assert made("llava", path="chat.json").digest() != before


def test_a_file_changed_under_a_run_is_said(made: Made, write_json: WriteJson) -> None:
    write_json("chat.json", [TEXT_ONLY] * 3)
    (partition,) = made("llava", path="chat.json").partitions()
    write_json("chat.json", [TEXT_ONLY])
    with pytest.raises(InputError, match=r"row 1 of .* is gone"):
        list(made("llava", path="chat.json").read(partition))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"conversations": []}, {"conv', "ends in the middle, at byte"),
        ('[{"conversations": []} {"a": 1}]', "malformed at byte 23"),
        ("[{}] trailing", "malformed at byte 5"),
        ('{"images": [],\n "annotations": []}', "JSON object over several lines"),
        ("<html>", "begins with b'<html>'"),
        ('[{"messages": []}]', "no 'conversations', only messages"),
        ("[1, 2]", "no JSON object"),
    ],
)
def test_a_file_of_another_kind_is_refused(made: Made, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "chat.json").write_text(text)
    with pytest.raises(InputError, match=message):
        made("llava", path="chat.json").partitions()


@pytest.mark.parametrize(
    "fields", [{"path": "absent.json"}, {"path": "*.json"}, {"path": "."}, {"path": "c.json", "images": "no"}]
)
def test_missing_inputs_say_so(made: Made, tmp_path: Path, fields: dict[str, str]) -> None:
    (tmp_path / "c.json.bak").write_text("[]")
    if "images" in fields:
        (tmp_path / "c.json").write_text("[]")
    with pytest.raises(InputError, match=r"no file or folder|no file matches|has no \.json|there is no folder"):
        made("llava", **fields).partitions()


hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["<image>", "human", "a.jpg"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "value", "role", "content", "type", "text", "image"]) | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
rows = hostile | st.fixed_dictionaries(
    {"conversations": hostile | st.lists(st.fixed_dictionaries({"from": st.just("human"), "value": hostile}))},
    optional={"image": hostile, "images": hostile, "video": hostile, "videos": hostile},
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=5), st.booleans(), st.sampled_from(["llava", "messages"]))
def test_any_json_gives_one_item_per_row(
    made: Made, tmp_path: Path, data: list[object], lines: bool, name: str
) -> None:
    speaks = {"llava": "conversations", "messages": "messages"}[name]
    renamed = [
        {speaks: row["conversations"], **row} if isinstance(row, dict) and "conversations" in row else row
        for row in data
    ]
    data = [{speaks: [{"role": "user", "content": "x"}]}, *renamed]
    text = "\n".join(json.dumps(row) for row in data) if lines else json.dumps(data)
    (tmp_path / "any.json").write_text(text)
    source = made(name, path="any.json")
    (partition,) = source.partitions()
    found = list(source.read(partition))
    assert len(found) == partition.rows == len(data)
    for item in found:
        assert isinstance(item, Sample) or re.fullmatch("[a-z_]+", item.reason)
        if isinstance(item, Sample):
            json.dumps(item.meta, allow_nan=False)
            "".join(item.texts()).encode()


def test_real_single_images(made: Made, items: Items, shared: Path) -> None:
    fields = {"base": shared / "qwen-vl-finetune-demo", "path": "single_images.json"}
    samples = items(made("llava", strip=1, **fields))
    assert [sample.images[0].source for sample in samples] == ["demo/images/10095.png"] * 2 + ["demo/images/10149.png"]
    assert samples[0].messages[0].content == (TextPart("Is the value of Favorable 38 in 2015?"), ImagePart(0))
    assert all(Path(sample.images[0].uri).is_file() for sample in samples)
    without = items(made("llava", **fields))
    assert {item.reason for item in without} == {"missing_file"}
    assert all(item.detail.endswith("is there: set strip: 1") for item in without)


def test_real_video_with_missing_files(made: Made, items: Items, shared: Path) -> None:
    found = items(made("llava", base=shared / "qwen-vl-finetune-demo", path="video.json", images="videos"))
    assert [getattr(item, "reason", None) for item in found] == ["missing_file", "missing_file", None]
    assert found[2].images[0].media_type == "video/mp4"
    assert found[2].tags == ("video",)


def test_real_files_of_other_kinds_are_refused(made: Made, shared: Path) -> None:
    for name, field in [
        ("llava_caps_boxes_coco2014_val_80.jsonl", "captions"),
        ("coco_pope_random.json", "question_id"),
    ]:
        source = made("llava", base=shared, path=f"annotations/{name}")
        with pytest.raises(InputError, match=field):
            source.partitions()
