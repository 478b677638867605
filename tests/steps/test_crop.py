"""Crops keep what is spoken of, whole, and say what they cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vlmdata.steps.base import Context
from vlmdata.steps.crop import ImageCrop
from vlmdata.types import Annotation, Box, Crop, Image, Message, Origin, Point, RegionPart, Sample, Size

NUMBERS = st.floats(0, 100, allow_nan=False)


@st.composite
def marked(draw):
    """A picture of 100 x 100 with boxes, some of them spoken of."""
    marks, spoken = [], []
    for number in range(draw(st.integers(0, 5))):
        (x1, x2), (y1, y2) = (sorted(draw(st.tuples(NUMBERS, NUMBERS))) for _ in "xy")
        marks.append(Annotation(id=f"a{number}", box=Box(x1, y1, x2, y2)))
        if draw(st.booleans()):
            spoken.append(f"a{number}")
    return Sample(
        key=f"k{draw(st.integers(0, 999))}",
        origin=Origin(dataset="d", source="f#0"),
        images=(Image(original=Size(100, 100), media_type="image/png"),),
        messages=(Message("user", (RegionPart(tuple(spoken)),)),) if spoken else (),
        annotations=tuple(marks),
    )


@given(marked(), st.sampled_from(["spoken", "all"]), st.floats(0.05, 1))
def test_spoken_boxes_stay_whole_and_others_stay_inside(sample, keep, least):
    step = ImageCrop(at="random", area=(least, 1.0), keep=keep, visible=0.4)
    cropped = step.apply(sample, Context(3, "image.crop"))
    (image,) = cropped.images
    before = {mark.id: mark.box for mark in sample.annotations}
    if not image.edits:
        assert cropped == sample
        return
    (crop,) = image.edits
    kept = {mark.id: mark.box for mark in cropped.annotations}
    for name, box in before.items():
        moved = Box(box.x1 - crop.left, box.y1 - crop.top, box.x2 - crop.left, box.y2 - crop.top)
        if name in sample.spoken_of or (keep == "all" and box.area > 0):
            assert kept[name] == moved
        elif name in kept:
            assert kept[name] == moved.intersect(image.size.box)
            assert kept[name].area >= 0.4 * box.area * (1 - 1e-9)


def test_the_centre_is_that_of_clip(make, ctx):
    """torchvision's and CLIP's centre crop, the odd pixel cut off on the far side."""
    sample = ImageCrop(size=(224, 224)).apply(make(("user", 0, "What is left of it?"), sizes=[(339, 224)]), ctx)
    assert sample.images[0].edits == (Crop(57, 0, 224, 224),)
    assert ctx.notes == {"cropped": 1}


def test_what_is_cut_is_marked(make, ctx):
    marks = (
        Annotation(id="half", box=Box(0, 0, 50, 100)),
        Annotation(id="gone", box=Box(0, 0, 26, 100)),
        Annotation(id="point", point=Point(10, 10)),
        Annotation(id="whole", box=Box(30, 30, 60, 60)),
    )
    sample = make(("user", 0), sizes=[(100, 100)], annotations=marks, meta={"cut": {"old": 0.5}})
    cropped = ImageCrop(size=(50, 50), others="mark", visible=0.2).apply(sample, ctx)
    assert {mark.id: mark.box for mark in cropped.annotations} == {
        "half": Box(0, 0, 25, 50),
        "whole": Box(5, 5, 35, 35),
    }
    assert cropped.meta == {"cut": {"old": 0.5, "half": 0.25}}


@pytest.mark.parametrize(
    ("turns", "fields", "note"),
    [
        ((("user", 0, "Two dogs."),), {}, "text"),
        ((("user", 0),), {"role": "eval"}, "eval"),
        ((("user", 0, ("a",)),), {"annotations": (Annotation(id="a", box=Box(0, 0, 640, 480)),)}, "boxes"),
    ],
)
def test_samples_in_doubt_are_left_alone(make, ctx, turns, fields, note):
    sample = make(*turns, **fields)
    assert ImageCrop(at="random", area=(0.2, 0.5)).apply(sample, ctx) == sample
    assert ctx.notes == {f"left_alone:{note}": 1}


def test_words_may_be_trusted(make, ctx):
    sample = make(("user", 0, "Two dogs."))
    cropped = ImageCrop(at="random", area=(0.2, 0.5), trust_text=True).apply(sample, ctx)
    size = cropped.images[0].size
    assert 0.19 <= size.area / (640 * 480) <= 0.51


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"size": (4, 4), "area": (0.1, 0.2)},
        {"area": (0.5, 0.1)},
        {"area": (0.1, 0.5)},
        {"size": (4, 4), "ratio": (2, 3)},
    ],
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        ImageCrop(**options)
