"""Clips in samples: their frames, times and words, and what happens to bad ones."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.made_clips import colour, made_clip, number_of
from vlmdata.errors import UsageError
from vlmdata.models.presets import MODELS
from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.steps.frames import ImageFrames
from vlmdata.steps.video import VideoFrames
from vlmdata.types import Annotation, Box, Drop, HFlip, Image, ImagePart, Resize, Size, TextPart

pytest.importorskip("av")


def image(data, **fields):
    header = read_header(data)
    sha256 = hashlib.sha256(data).hexdigest()
    return Image(data=data, original=header.size, media_type=header.media_type, sha256=sha256, **fields)


def still(name):
    buffer = io.BytesIO()
    Pillow.new("RGB", (30, 20)).save(buffer, "PNG")
    return image(buffer.getvalue(), id=name)


def gif(delays, size=(24, 16)):
    first, *rest = (Pillow.new("RGB", size, colour(number)) for number in range(len(delays)))
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=delays)
    return buffer.getvalue()


def shown(images):
    """Numbers of the frames, as rendered."""
    found = []
    for result in render(images, PixelPolicy(format="png", fidelity="exact"), RenderClock()):
        assert isinstance(result, Rendered), result
        with Pillow.open(io.BytesIO(result.views[0].data)) as im:
            found.append(number_of(np.asarray(im)))
    return found


def said(message):
    return "".join(part.text if isinstance(part, TextPart) else f"[{part.image}]" for part in message.content)


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "libx264"), ("mov", "mpeg4"), ("webm", "libvpx-vp9"), ("matroska", "libx264")]
)
def test_frames_stand_where_the_clip_stood(form, codec, make, ctx):
    sample = make(("user", "See", 0, "then?"), images=(image(made_clip(form, codec), id="a"),))
    made = VideoFrames(sampling="linspace-trunc", frames=5).apply(sample, ctx)
    assert shown(made.images) == [0, 6, 12, 18, 24]
    assert [picture.id for picture in made.images] == [f"a#frame={number}" for number in (0, 6, 12, 18, 24)]
    assert [picture.timestamp_s for picture in made.images] == pytest.approx([0, 0.24, 0.48, 0.72, 0.96])
    assert {picture.clip for picture in made.images} == {"a"}
    assert not any(picture.is_clip for picture in made.images)
    assert said(made.messages[0]) == "See[0][1][2][3][4]then?"
    assert ctx.notes == {"clips": 1}


def test_times_are_those_of_an_uneven_clip(make, ctx):
    times = (0, 40, 50, 300, 310, 333, 900, 1000, 1700, 1701)
    sample = make(("user", 0), images=(image(made_clip(times=times)),))
    made = VideoFrames(sampling="linspace-trunc", frames=4, timestamps="molmo2").apply(sample, ctx)
    assert [picture.timestamp_s for picture in made.images] == pytest.approx([0, 0.3, 0.9, 1.701])
    assert said(made.messages[0]) == "0.0 [0] 0.3 [1] 0.9 [2] 1.7 [3]"
    even = VideoFrames(sampling="fps", fps=2).apply(sample, ctx)
    assert shown(even.images) == [0, 5, 7, 7]


def test_a_gif_keeps_its_file_and_gets_times(make, ctx):
    animated = image(gif([100, 300, 50, 50]), id="g")
    made = VideoFrames(sampling="linspace-round", frames=3).apply(make(("user", 0), images=(animated,)), ctx)
    assert [(one.frame, one.timestamp_s, one.id) for one in made.images] == [
        (0, 0, "g#frame=0"),
        (2, 0.4, "g#frame=2"),
        (3, 0.45, "g#frame=3"),
    ]
    assert shown(made.images) == [0, 2, 3]
    assert all(one.data is animated.data for one in made.images)
    assert ImageFrames().apply(made, ctx) is made, "they are frames already"


def test_several_clips_and_pictures_keep_their_places(make, ctx):
    clip = made_clip()
    sample = make(
        ("user", 0, "a", 1), ("assistant", "Yes."), ("user", 2, 3),
        images=(still("s"), image(clip, id="one"), image(gif([100]), id="g"), image(clip, id="two")),
        annotations=tuple(Annotation(id=f"m{number}", image=number, box=Box(0, 0, 9, 9)) for number in range(4)),
    )  # fmt: skip
    made = VideoFrames(sampling="linspace-trunc", frames=2, timestamps="internvl").apply(sample, ctx)
    assert [said(message) for message in made.messages] == [
        "[0]aFrame1: [1]\nFrame2: [2]\n",
        "Yes.",
        "[3]Frame1: [4]\nFrame2: [5]\n",
    ]
    assert [picture.id for picture in made.images] == [
        *("s", "one#frame=0", "one#frame=24", "g", "two#frame=0", "two#frame=24"),
    ]
    assert [mark.image for mark in made.annotations] == [0, 1, 3, 4]


def test_a_part_of_the_clip_keeps_the_times_of_the_whole(make, ctx):
    sample = make(("user", 0), images=(image(made_clip()),))
    made = VideoFrames(sampling="linspace-trunc", frames=3, start=0.2, end=0.6).apply(sample, ctx)
    assert shown(made.images) == [5, 10, 15]
    assert [picture.timestamp_s for picture in made.images] == pytest.approx([0.2, 0.4, 0.6])
    late = VideoFrames(sampling="linspace-trunc", start=5.0).apply(sample, ctx)
    assert isinstance(late, Drop)
    assert late.reason == "too_few_frames"


def test_a_short_clip_repeats_frames_as_published(make, ctx):
    sample = make(("user", 0), images=(image(made_clip(times=[0, 40, 80])),))
    made = VideoFrames(sampling="interval-middle", frames=5).apply(sample, ctx)
    assert shown(made.images) == [0, 1, 2, 2, 2]
    assert len({part.image for part in made.messages[0].content}) == 5
    assert made.images[2] == made.images[4]


def test_a_budget_makes_frames_of_the_models_size(make, ctx):
    sample = make(("user", 0), images=(image(made_clip(size=(1280, 720), times=range(0, 400, 40))),))
    made = VideoFrames(sampling="qwen", budget="qwen2-vl").apply(sample, ctx)
    assert [picture.size for picture in made.images] == [Size(1008, 560)] * 4
    assert shown(made.images) == [0, 3, 6, 9]
    animated = make(("user", 0), images=(image(gif([40] * 10, size=(1280, 720))),))
    made = VideoFrames(sampling="qwen", budget="qwen2-vl").apply(animated, ctx)
    assert [picture.size for picture in made.images] == [Size(1008, 560)] * 4
    assert shown(made.images) == [0, 3, 6, 9]


@pytest.mark.parametrize("model", ["qwen2.5-vl", "qwen3-vl", "internvl3", "smolvlm2", "llava-onevision"])
def test_a_model_says_how_it_takes_clips(model, make, ctx):
    step = VideoFrames().with_model(MODELS[model])
    assert step.ready() is None
    made = step.apply(make(("user", 0, "What?"), images=(image(made_clip(times=range(0, 3000, 40))),)), ctx)
    frames = {"qwen2.5-vl": 6, "qwen3-vl": 6, "internvl3": 8, "smolvlm2": 3, "llava-onevision": 32}[model]
    opening = {"qwen3-vl": "<0.3 seconds>[0][1]<1.5", "internvl3": "Frame1: [0]\n", "smolvlm2": "You are provided"}
    assert len(made.images) == frames
    assert said(made.messages[0]).startswith(opening.get(model, "[0][1][2]"))
    assert said(made.messages[0]).endswith("What?")


def test_what_is_said_goes_before_the_model():
    step = VideoFrames(sampling="fps", timestamps="none", budget="none").with_model(MODELS["qwen3-vl"])
    assert (step.sampling, step.timestamps, step.budget) == ("fps", "none", "none")
    assert VideoFrames(frames=4).with_model(MODELS["internvl3"]).frames == 4
    assert "takes frames, not fps" in (VideoFrames(fps=1).with_model(MODELS["internvl3"]).ready() or "")


def test_a_recipe_that_says_too_little_is_told(make, ctx):
    assert "no sampling" in (VideoFrames().ready() or "")
    assert "no sampling" in (VideoFrames().with_model(MODELS["pixtral"]).ready() or "")
    assert "start 3 is not before end 2" in (VideoFrames(sampling="fps", start=3, end=2).ready() or "")
    with pytest.raises(UsageError, match="no sampling"):
        VideoFrames().apply(make(("user", 0), images=(image(made_clip(times=[0, 40])),)), ctx)


def test_chance_is_the_samples_own(make, ctx):
    step = VideoFrames(sampling="interval-random", min_frames=4, max_frames=6)
    clip = image(made_clip(), id="a")
    outcomes = {
        key: [one.id for one in step.apply(make(("user", 0), images=(clip,), key=key), ctx).images] for key in "abcdef"
    }
    again = step.apply(make(("user", 0), images=(clip,), key="a"), ctx)
    assert [one.id for one in again.images] == outcomes["a"]
    assert len({tuple(ids) for ids in outcomes.values()}) > 1


def test_a_bad_clip_drops_its_sample(make, ctx):
    whole = made_clip("mov", "mpeg4", size=(160, 120))
    broken = bytearray(whole)
    broken[len(whole) // 4 : len(whole) // 2] = bytes(len(whole) // 2 - len(whole) // 4)
    for data in (whole[: len(whole) // 2], bytes(broken), b"\0\0\0\x18ftypmp42" + bytes(99)):
        clip = Image(data=data, original=Size(160, 120), media_type="video/quicktime")
        outcome = VideoFrames(sampling="linspace-trunc").apply(make(("user", 0), images=(still("s"), clip)), ctx)
        assert isinstance(outcome, Drop), data[:12]
        assert outcome.reason == "corrupt"
        assert outcome.value


def test_more_than_memory_should_hold_is_refused(make, ctx, monkeypatch):
    import vlmdata.steps.video as module

    monkeypatch.setattr(module, "_MOST_PIXELS", 64 * 48 * 5)
    sample = make(("user", 0), images=(image(made_clip()),))
    assert len(VideoFrames(sampling="arange", frames=5).apply(sample, ctx).images) == 5
    outcome = VideoFrames(sampling="arange", frames=6).apply(sample, ctx)
    assert (outcome.reason, outcome.value) == ("too_many_pixels", "6 frames of 64x48")


def test_stills_edited_clips_and_what_is_not_loaded_are_left_alone(make, ctx):
    clip = image(made_clip(times=[0, 40]))
    sample = make(("user", 0, 1, 2), images=(still("s"), replace(clip, edits=(HFlip(),)), replace(clip, data=None)))
    assert VideoFrames(sampling="fps").apply(sample, ctx) is sample
    assert ctx.notes == {"left_alone:edited": 1}


def test_frames_are_edited_like_any_picture(make, ctx):
    sample = make(("user", 0), images=(image(made_clip()),))
    made = VideoFrames(sampling="linspace-trunc", frames=2).apply(sample, ctx)
    small = replace(made.images[1], edits=(Resize(16, 12), HFlip()))
    (result,) = render([small], PixelPolicy(), RenderClock())
    assert (result.views[0].size, result.views[0].media_type) == (Size(16, 12), "image/jpeg")
    assert [one.sha256 for one in made.images] == [hashlib.sha256(one.data).hexdigest() for one in made.images]


def test_the_real_clip(real_data: Path, make, ctx):
    data = (real_data / "qwen-vl-finetune-demo/videos/v_rBMQFpHspmo.mp4").read_bytes()
    sample = make(("user", 0, "What is the main activity?"), images=(image(data, id="v"),))
    made = VideoFrames(sampling="qwen", frames=4, timestamps="qwen3-vl", budget="qwen3-vl").apply(sample, ctx)
    assert [one.id for one in made.images] == ["v#frame=0", "v#frame=144", "v#frame=289", "v#frame=433"]
    assert [one.timestamp_s for one in made.images] == [0, 48, 289 / 3, 433 / 3]
    assert said(made.messages[0]) == "<24.0 seconds>[0][1]<120.3 seconds>[2][3]What is the main activity?"
    assert {one.size for one in made.images} == {Size(512, 288)}
    assert all(isinstance(part, TextPart | ImagePart) for part in made.messages[0].content)
