"""Which way the pictures of a sample are written in, and which picture is which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlmdata.errors import BadRecord
from vlmdata.models.image_tokens.written import shown, written
from vlmdata.models.tiling import layout_of
from vlmdata.types import Image, ImagePart, Layout, Message, Origin, Sample, Size, TextPart, View

WIDE, TALL = (Image(original=size, media_type="image/jpeg") for size in (Size(1000, 500), Size(300, 600)))


def sample(*images: Image, order: tuple[int, ...] | None = None) -> Sample:
    parts = [ImagePart(number) for number in (order or range(len(images)))]
    messages = (Message("user", (*parts, TextPart("?"))), Message("assistant", (TextPart("!"),)))
    return Sample(key="k", origin=Origin(dataset="d", source="f#1"), images=images, messages=messages)


def reason(*images: Image, name: str | None = None, policy: str | None = None) -> str:
    with pytest.raises(BadRecord) as caught:
        written(sample(*images), name, policy)  # type: ignore[arg-type]
    return caught.value.reason


def test_the_order_is_that_of_the_messages() -> None:
    swapped = sample(WIDE, TALL, order=(1, 0))
    assert shown(swapped) == [1, 0]
    name, runs = written(swapped, None, "llava-next-hf") or ("", [])
    counts = [layout_of("llava-next-hf", size, images=2).tokens or 0 for size in (TALL.size, WIDE.size)]
    assert name == "llava-hf"
    assert runs == ["<image>" * count for count in counts]
    assert counts[0] != counts[1]


def test_a_layout_with_options_is_counted_as_it_is() -> None:
    cut = WIDE.laid_out(layout_of("internvl", WIDE.size, max_tiles=2))
    assert written(sample(cut), None, "internvl") == ("internvl", ["<img>" + "<IMG_CONTEXT>" * 768 + "</img>"])


def test_pictures_of_a_sample_share_what_the_policy_gives_out() -> None:
    image = replace(WIDE, original=Size(640, 480))
    views = {count: written(sample(*[image] * count), None, "internvl") for count in (1, 2)}
    assert views[1] == ("internvl", ["<img>" + "<IMG_CONTEXT>" * (256 * 13) + "</img>"])
    assert views[2] == ("internvl", ["<img>" + "<IMG_CONTEXT>" * (256 * 7) + "</img>"] * 2)


def test_the_layout_says_how_unless_the_recipe_does() -> None:
    cut = WIDE.laid_out(layout_of("llava-next-hf", WIDE.size))
    assert (written(sample(cut), None, "llava-next") or "")[0] == "llava-hf"
    assert written(sample(cut), "llava", "llava-next") == ("llava", [(-200,)])
    own = WIDE.laid_out(layout_of("custom", WIDE.size, view_tokens=5))
    assert written(sample(own), "llava-hf", None) == ("llava-hf", ["<image>" * (5 * len(own.layout.views))])


def test_what_cannot_be_written_has_its_reason() -> None:
    cut = WIDE.laid_out(layout_of("internvl", WIDE.size))
    assert reason(replace(WIDE, media_type="video/mp4"), policy="internvl") == "clip"
    assert reason(WIDE) == "no_layout"
    assert reason(WIDE.laid_out(Layout("mine", (View("global"),))), name="llava-hf") == "no_layout"
    assert reason(cut, name="idefics3") == "other_layout"
    assert reason(cut, TALL, policy="qwen2-vl") == "other_layout"
    assert reason(WIDE.laid_out(layout_of("custom", WIDE.size))) == "other_layout"
    assert reason(Image(original=Size(3, 900), media_type="image/png"), policy="qwen2-vl") == "too_thin"


def test_frames_that_follow_each_other_are_one_clip() -> None:
    frames = [
        Image(original=Size(256, 256), media_type="image/jpeg", clip=clip, timestamp_s=time)
        for clip, time in (("a", 0.0), ("a", 1.0), ("b", 0.0), (None, None))
    ]
    _, runs = written(sample(*frames), "qwen-video", "qwen3-vl") or ("", [])
    video, picture = (f"<|vision_start|>{f'<|{kind}_pad|>' * 64}<|vision_end|>" for kind in ("video", "image"))
    assert runs == [video, "", video, picture]


def test_without_pictures_there_is_nothing_to_write() -> None:
    assert written(sample(), "llava", None) is None
