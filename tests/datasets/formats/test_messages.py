from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vlmdata.datasets.base import Format
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, TextPart

Made = Callable[..., Format]
Items = Callable[[Format], list[Any]]
WriteJson = Callable[[str, object], Path]


@pytest.fixture
def one(
    made: Made, items: Items, write_json: WriteJson, tmp_path: Path, picture: Callable[..., bytes]
) -> Callable[..., Any]:
    """What one row with these fields becomes, beside pictures a.jpg and b.jpg and the clip v.mp4."""
    for name in ("a.jpg", "b.jpg", "v.mp4"):
        (tmp_path / name).write_bytes(picture())

    def read(content: object, **fields: object) -> Any:
        row = {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "ok"}], **fields}
        write_json("chat.json", [row])
        (item,) = items(made("messages", path="chat.json"))
        return item

    return read


def test_a_data_url_is_decoded(one: Callable[..., Any], picture: Callable[..., bytes]) -> None:
    url = "data:image/jpeg;base64," + base64.b64encode(picture("blue")).decode()
    for item in (
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "image_url", "image_url": url},
        {"type": "image", "image": url},
    ):
        sample = one([item, {"type": "text", "text": "What?"}])
        assert sample.images[0].data == picture("blue")
        assert sample.images[0].source is None
        assert sample.messages[0].content == (ImagePart(0), TextPart("What?"))


def test_bare_items_and_markers_take_the_next_of_images(one: Callable[..., Any]) -> None:
    items = [{"type": "image"}, {"type": "text", "text": "<kept>"}, {"type": "image", "image": None, "text": None}]
    sample = one(items, images=["a.jpg", "b.jpg"])
    assert sample.messages[0].content == (ImagePart(0), TextPart("<kept>"), ImagePart(1))
    marked = one("<image>and <image>?", images=["a.jpg", "b.jpg"])
    assert marked.messages[0].content == (ImagePart(0), TextPart("and "), ImagePart(1), TextPart("?"))
    assert [image.source for image in marked.images] == ["a.jpg", "b.jpg"]


def test_an_index_says_which_picture(one: Callable[..., Any]) -> None:
    content = [
        {"type": "image", "index": 1},
        {"type": "text", "text": "x", "index": None},
        {"type": "image", "index": 0},
    ]
    sample = one(content, images=["a.jpg", "b.jpg"])
    assert sample.messages[0].content == (ImagePart(1), TextPart("x"), ImagePart(0))


def test_pictures_of_the_row_and_of_the_text_are_numbered_apart(one: Callable[..., Any]) -> None:
    sample = one(
        [{"type": "image", "image": "b.jpg"}, {"type": "video", "video": "v.mp4"}, {"type": "image"}], images=["a.jpg"]
    )
    assert [image.source for image in sample.images] == ["a.jpg", "b.jpg", "v.mp4"]
    assert sample.messages[0].content == (ImagePart(1), ImagePart(2), ImagePart(0))
    assert sample.images[2].media_type == "video/mp4"
    assert sample.tags == ("multi-image", "video")


@pytest.mark.parametrize("value", [{"url": "https://example.org/a.jpg"}, "http://example.org/a.jpg"])
def test_web_addresses_are_not_followed(one: Callable[..., Any], value: object) -> None:
    item = one([{"type": "image_url", "image_url": value}])
    assert item.reason == "remote_image"
    assert "vlmdata fetch urls" in item.detail


def test_other_fields_are_meta_and_numbers_stay_json(one: Callable[..., Any]) -> None:
    sample = one("x", score=float("nan"), nested={"a": [1, None]}, rejected="y")
    assert sample.meta == {"nested": {"a": [1, None]}, "rejected": "y"}


def test_llava_rows_are_refused(made: Made, write_json: WriteJson) -> None:
    write_json("chat.json", [{"conversations": []}])
    with pytest.raises(InputError, match=r"not of format messages: .* only conversations"):
        made("messages", path="chat.json").partitions()
