"""Samples: pictures, annotations and text move as one."""

from __future__ import annotations

import pytest

from vlmdata.types import (
    Alternative,
    Annotation,
    Box,
    Choices,
    Crop,
    HFlip,
    Image,
    ImagePart,
    Layout,
    Mask,
    Message,
    Origin,
    Point,
    RegionPart,
    Sample,
    Size,
    TextPart,
    View,
)


def two_pictures() -> Sample:
    marks = (
        Annotation(id="a", image=0, box=Box(10, 10, 30, 20), point=Point(15, 15), box_1000=(1, 2, 3, 4)),
        Annotation(id="b", image=1, box=Box(1, 1, 2, 2), label="left hand"),
    )
    talk = (
        Message("user", (ImagePart(0), ImagePart(1), TextPart("Where is "), RegionPart(("a",)), TextPart("?"))),
        Message("assistant", (TextPart("There."),)),
    )
    return Sample(
        key="k-1",
        origin=Origin(dataset="d", source="f#1"),
        images=(Image(original=Size(100, 50)), Image(original=Size(10, 10))),
        messages=talk,
        annotations=marks,
        alternatives=(Alternative(1, "Here."),),
        choices=(Choices(0, ("yes", "no"), 1),),
    )


def test_a_transform_moves_one_picture_and_only_its_marks() -> None:
    moved = two_pictures().transformed(HFlip(), 0)
    first, second = moved.annotations
    assert first.box == Box(70, 10, 90, 20)
    assert first.point == Point(85, 15)
    assert first.box_1000 is None
    assert second == two_pictures().annotations[1]
    assert moved.images[0].edits == (HFlip(),)
    assert moved.images[1].edits == ()


def test_twice_mirrored_is_the_same_in_every_coordinate() -> None:
    sample = two_pictures()
    again = sample.transformed(HFlip(), 0).transformed(HFlip(), 0)
    assert again.annotations[0].box == sample.annotations[0].box
    assert again.images[0].size == Size(100, 50)


def test_the_frame_follows_the_edits() -> None:
    sample = two_pictures().transformed(Crop(10, 5, 40, 30), 0)
    assert sample.images[0].size == Size(40, 30)
    assert sample.images[0].original == Size(100, 50)
    assert sample.annotations[0].box == Box(0, 5, 20, 15)


def test_geometry_after_a_layout_is_refused() -> None:
    image = two_pictures().images[0].laid_out(Layout("halves", (View("tile", (Crop(0, 0, 50, 50),)),)))
    with pytest.raises(ValueError, match="after the layout 'halves'"):
        image.transformed(HFlip())
    with pytest.raises(ValueError, match="a second layout"):
        image.laid_out(Layout("more", ()))


def test_an_edit_that_does_not_fit_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="reaches over"):
        two_pictures().transformed(Crop(90, 0, 20, 20), 0)


def test_a_mask_keeps_its_edits() -> None:
    mask = Mask((0, 4), Size(2, 2))
    moved = Annotation(id="m", mask=mask).transformed(HFlip(), Size(2, 2))
    assert moved.mask is not None
    assert moved.mask.edits == (HFlip(),)


def test_spoken_of_and_texts_miss_nothing() -> None:
    sample = two_pictures()
    assert sample.spoken_of == {"a"}
    assert list(sample.texts()) == ["Where is ?", "There.", "Here.", "yes", "no", "left hand"]


def test_the_size_is_known_only_once_the_header_is_read() -> None:
    with pytest.raises(ValueError, match=r"before it is read"):
        _ = Image(uri="a.jpg").size
