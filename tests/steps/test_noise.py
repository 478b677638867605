"""Degraded pictures: bounded, seeded, and legible where they have to be read."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from vlmdata.steps.base import Context
from vlmdata.steps.noise import AugmentNoise
from vlmdata.types import Annotation, Blur, Box, Jitter, Noise, Recompress

ALL = {"noise": (2, 40), "blur": (1, 5), "jpeg": (10, 95), "brightness": 0.5, "contrast": 0.5, "hue": 0.5}


def test_each_picture_gets_every_kind_within_its_range(make, ctx):
    sample = make(("user", 0, 1), sizes=[(640, 480), (64, 64)], annotations=(Annotation(id="a", box=Box(1, 2, 3, 4)),))
    done = AugmentNoise(p=1, **ALL).apply(sample, ctx)
    for image in done.images:
        jitter, blur, noise, jpeg = image.edits
        assert isinstance(jitter, Jitter)
        assert 0.5 <= jitter.brightness <= 1.5
        assert jitter.saturation == 1
        assert isinstance(blur, Blur)
        assert 1 <= blur.sigma <= 5
        assert isinstance(noise, Noise)
        assert 2 <= noise.sigma <= 40
        assert isinstance(jpeg, Recompress)
        assert 10 <= jpeg.quality <= 95
        assert image.size == image.original
    assert done.images[0].edits != done.images[1].edits
    assert done.annotations == sample.annotations
    assert ctx.notes == {"degraded": 1}


def test_one_kind_more_changes_no_other(make):
    alone = AugmentNoise(p=1, noise=(2, 40)).apply(make(("user", 0)), Context(5, "augment.noise"))
    with_jpeg = AugmentNoise(p=1, noise=(2, 40), jpeg=(10, 95)).apply(make(("user", 0)), Context(5, "augment.noise"))
    assert alone.images[0].edits == with_jpeg.images[0].edits[:1]


def test_the_coin_falls_about_as_often_as_asked(make, ctx):
    for number in range(400):
        AugmentNoise(p=0.25, blur=(1, 2)).apply(make(("user", 0), key=f"k{number}"), ctx)
    assert 70 <= ctx.notes["degraded"] <= 130
    assert ctx.notes["degraded"] + ctx.notes["left_alone:coin"] == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": ("vqa", "OCR")},
        {"tags": ("document",)},
        {"annotations": (Annotation(id="a", box=Box(1, 2, 3, 4), text="STOP"),)},
    ],
    ids=["tag", "another", "words"],
)
def test_what_is_read_stays_legible(make, ctx, fields):
    jitter, blur, noise, jpeg = AugmentNoise(p=1, **ALL).apply(make(("user", 0), **fields), ctx).images[0].edits
    assert noise.sigma <= 4
    assert blur.sigma <= 0.5
    assert jpeg.quality >= 60
    assert abs(jitter.brightness - 1) <= 0.1
    assert abs(jitter.contrast - 1) <= 0.1
    assert ctx.notes == {"bounded": 1}


def test_evaluation_data_and_clips_are_left_alone(make, picture, ctx):
    step = AugmentNoise(p=1, **ALL)
    sample = make(("user", 0), role="eval")
    clip = make(("user", 0), images=(replace(picture(), media_type="video/mp4"),))
    assert step.apply(sample, ctx) == sample
    assert step.apply(clip, ctx) == clip
    assert ctx.notes == {"left_alone:eval": 1, "left_alone:no_image": 1}


@pytest.mark.parametrize(
    "options",
    [{}, {"noise": (5, 2)}, {"noise": (0, 90)}, {"jpeg": (0, 50)}, {"blur": (-1, 2)}, {"hue": 0.6}, {"p": 2}],
    ids=str,
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        AugmentNoise(**options)
