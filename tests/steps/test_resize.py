from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vlmdata.steps.base import Context
from vlmdata.steps.resize import ImageResize
from vlmdata.types import Annotation, Box, Image, Origin, Sample, Size

SIDES = st.integers(1, 20_000)


@given(SIDES, SIDES, st.integers(1, 5000))
def test_the_longer_side_fits_and_the_ratio_is_kept(width, height, limit):
    image = Image(original=Size(width, height), media_type="image/png")
    sample = Sample(key="k", origin=Origin(dataset="d", source="f#0"), images=(image,))
    size = ImageResize(max_side=limit).apply(sample, Context(0, "image.resize")).images[0].size
    if max(width, height) <= limit:
        assert size == Size(width, height)
    else:
        scale = limit / max(width, height)
        assert max(size.width, size.height) == limit
        assert size.width == max(1, round(width * scale))
        assert size.height == max(1, round(height * scale))


def test_boxes_move_along_each_with_its_picture(make, ctx):
    marks = (Annotation(id="a", image=0, box=Box(64, 48, 640, 480)), Annotation(id="b", image=1, box=Box(1, 2, 3, 4)))
    sample = make(("user", 0, 1), sizes=[(640, 480), (100, 50)], annotations=marks)
    resized = ImageResize(max_side=320).apply(sample, ctx)
    assert [mark.box for mark in resized.annotations] == [Box(32, 24, 320, 240), Box(1, 2, 3, 4)]
    assert ctx.notes == {"resized": 1}


@pytest.mark.parametrize("kind", ["video/mp4", None])
def test_clips_and_what_is_no_picture_are_left_alone(make, picture, ctx, kind):
    odd = replace(picture(), media_type=kind, original=None if kind is None else Size(640, 480))
    sample = make(("user", 0), images=(odd,))
    assert ImageResize(max_side=10).apply(sample, ctx) == sample
    assert not ctx.notes


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"short_side": 224}, Size(299, 224)),
        ({"short_side": 960}, Size(1280, 960)),
        ({"size": (384, 384)}, Size(384, 384)),
        ({"multiple": 28}, Size(644, 476)),
        ({"max_side": 100, "multiple": 14}, Size(98, 70)),
        ({"multiple": 3000}, Size(3000, 3000)),
    ],
    ids=str,
)
def test_other_sizes(make, ctx, options, size):
    assert ImageResize(**options).apply(make(("user", 0)), ctx).images[0].size == size


@pytest.mark.parametrize("options", [{}, {"max_side": 5, "size": (4, 4)}, {"multiple": 0}], ids=str)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        ImageResize(**options)
