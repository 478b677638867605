"""Borders: the formulas of published code, and boxes that move along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vlmdata.steps.base import Context
from vlmdata.steps.pad import ImagePad
from vlmdata.types import Annotation, Box, Image, Origin, Pad, Resize, Sample, Size

SIDES = st.integers(1, 5000)


def padded(width: int, height: int, **options: object) -> Sample:
    box = Annotation(id="a", box=Box(0, 0, width, height))
    image = Image(original=Size(width, height), media_type="image/png")
    sample = Sample(key="k", origin=Origin(dataset="d", source="f#0"), images=(image,), annotations=(box,))
    return ImagePad(**options).apply(sample, Context(0, "image.pad"))


@pytest.mark.parametrize(
    ("size", "pad"),
    [((640, 427), Pad(0, 106, 0, 107, (122, 116, 104))), ((427, 640), Pad(106, 0, 107, 0, (122, 116, 104)))],
)
def test_a_square_is_llavas(size, pad):
    """``expand2square`` pastes at ``(side - length) // 2``."""
    (image,) = padded(*size, square=True, color="clip").images
    assert image.edits == (pad,)


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_letterbox_holds_all_of_the_picture(width, height, wide, high):
    sample = padded(width, height, size=(wide, high))
    box = sample.annotations[0].box
    assert sample.images[0].size == Size(wide, high)
    borders = [box.x1, wide - box.x2, box.y1, high - box.y2]
    assert min(borders) >= -1e-6
    assert box.width == pytest.approx(wide) or box.height == pytest.approx(high)
    assert max(abs(borders[0] - borders[1]), abs(borders[2] - borders[3])) <= 1 + 1e-6


@given(SIDES, SIDES, st.integers(1, 64))
def test_whole_patches(width, height, patch):
    sample = padded(width, height, multiple=patch, place="top-left")
    size = sample.images[0].size
    assert size.width % patch == size.height % patch == 0
    assert 0 <= size.width - width < patch
    assert 0 <= size.height - height < patch
    assert sample.annotations[0].box == Box(0, 0, width, height)


def test_what_fits_already_is_left_alone(make, ctx):
    sample = make(("user", 0), sizes=[(64, 64)])
    assert ImagePad(square=True).apply(sample, ctx) == sample
    assert not ctx.notes


def test_a_picture_is_fitted_before_it_is_padded():
    (image,) = padded(200, 100, size=(100, 100), color=(1, 2, 3)).images
    assert image.edits == (Resize(100, 50), Pad(0, 25, 0, 25, (1, 2, 3)))


@pytest.mark.parametrize("options", [{}, {"square": True, "multiple": 14}, {"square": True, "color": "pink"}])
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        ImagePad(**options)
