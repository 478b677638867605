"""Pictures turned by right angles."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.steps.flip.conftest import Mirror
from vlmdata.steps.base import Context
from vlmdata.steps.flip import RotateAugment
from vlmdata.types import Annotation, Box, Rot90, Size

ALWAYS = RotateAugment(p=1)


def test_marks_turn_with_the_picture(make, ctx):
    sample = make(("user", 0, 1, "Two plates."), sizes=[(640, 480), (100, 50)],
                  annotations=(Annotation(id="a", label="plate", box=Box(10, 20, 110, 220)),))  # fmt: skip
    turned = RotateAugment(degrees=(90,), p=1).apply(sample, ctx)
    assert [image.edits for image in turned.images] == [(Rot90(1),), (Rot90(1),)]
    assert [image.size for image in turned.images] == [Size(480, 640), Size(50, 100)]
    assert turned.annotations[0].box == Box(260, 10, 460, 110)
    assert ctx.notes == {"turned:90": 1}


def test_all_angles_and_no_angle_are_drawn(make):
    ctx = Context(1, "augment.rotate")
    samples = [make(("user", 0, "A screw."), key=f"k{number}") for number in range(300)]
    turned = [RotateAugment(p=0.75).apply(sample, ctx).images[0].edits for sample in samples]
    assert turned == [
        RotateAugment(p=0.75).apply(sample, Context(1, "augment.rotate")).images[0].edits for sample in samples
    ]
    assert set(turned) == {(), (Rot90(1),), (Rot90(2),), (Rot90(3),)}
    assert all(40 < count < 120 for count in ctx.notes.values())
    assert set(ctx.notes) == {"turned:90", "turned:180", "turned:270", "left_alone:coin"}


@pytest.mark.parametrize(
    "text",
    [
        "A cup on the left.", "left of it", "It looks right.", "At the top of the image.", "above the road",
        "north of it", "An eastern road.", "clockwise", "the third one", "The sign says stop.", "a horizontal line",
        "the tallest man", "in landscape mode",
        "左の皿", "上側の皿", "テーブルの上", "東の道", "縦の線", "二番目の皿", "斜めの線", "時計回り",
    ],
)  # fmt: skip
def test_any_word_of_direction_keeps_the_picture(mirror: Mirror, text: str) -> None:
    assert mirror(text, step=ALWAYS) is None


@pytest.mark.parametrize(
    "text", ["Two slices are left.", "A bright plate.", "赤い皿です。", "東京の左官", "He left the room."]
)
def test_other_words_do_not(mirror: Mirror, text: str) -> None:
    assert mirror(text, step=ALWAYS) == [text]


@pytest.mark.parametrize("degrees", [(), (90, 90), (45,), (360,)])
def test_angles_are_right_and_each_given_once(degrees):
    with pytest.raises(ValidationError):
        RotateAugment(degrees=degrees)
