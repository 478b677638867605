"""Pictures from above in a mirror of top and bottom."""

from __future__ import annotations

import pytest

from tests.steps.flip.conftest import Mirror
from vlmdata.steps.flip import HFlipAugment, VFlipAugment
from vlmdata.types import Annotation, Box, VFlip

ALWAYS = VFlipAugment(p=1)
AERIAL = ("aerial", "caption")


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("A road runs along the top of the image.", "A road runs along the bottom of the image."),
        ("A river is in the upper left corner.", "A river is in the lower left corner."),
        ("There is an upper part and a lower part.", "There is a lower part and an upper part."),
        ("A house lies in the northern part, north-east of a lake.",
         "A house lies in the southern part, south-east of a lake."),
        ("A large building is above the road.", "A large building is below the road."),
        ("The second field from the top is brown.", "The second field from the bottom is brown."),
        ("THE BOTTOM-LEFT QUADRANT IS WATER.", "THE TOP-LEFT QUADRANT IS WATER."),
        ("The road curves upward, then clockwise.", "The road curves downward, then counterclockwise."),
        ("Fields on the left, an eastern road.", "Fields on the left, an eastern road."),
        ("There are cars on top of the building.", "There are cars on top of the building."),
        ("Seen from above, ships are lined up along the pier.", "Seen from above, ships are lined up along the pier."),
        ("画像の上部に川があります。", "画像の下部に川があります。"),
        ("左上に家、右下に道がある。", "左下に家、右上に道がある。"),
        ("北側に森、南東の角に池がある。", "南側に森、北東の角に池がある。"),
        ("地上の車と屋上の庭。", "地上の車と屋上の庭。"),
    ],
)  # fmt: skip
def test_heights_are_swapped_and_come_back(mirror: Mirror, text: str, twin: str) -> None:
    assert mirror(text, step=ALWAYS, tags=AERIAL) == [twin]
    assert mirror(twin, step=ALWAYS, tags=AERIAL) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "A bridge is above the river.", "The top of the tower.", "A South Korea airport.", "Look up there.",
        "It is upside down.", "a upper part", "The upper class.", "the third field", "道路の上に車がある。",
        "南アルプスの山。", "The sign at the top of the image.", "Sie liegt oben.", "the text at the top",
    ],
)  # fmt: skip
def test_what_may_be_meant_otherwise_is_left_alone(mirror: Mirror, text: str) -> None:
    assert mirror(text, step=ALWAYS, tags=AERIAL) is None


def test_only_pictures_from_above_unless_any_will_do(make, ctx):
    sample = make(("user", 0, "A star."), annotations=(Annotation(id="a", label="top edge", box=Box(0, 10, 20, 30)),))
    assert ALWAYS.apply(sample, ctx) is sample
    assert ctx.notes == {"left_alone:not_aerial": 1}
    mirrored = VFlipAugment(p=1, any=True).apply(sample, ctx)
    assert mirrored.images[0].edits == (VFlip(),)
    assert mirrored.annotations[0].box == Box(0, 450, 20, 470)
    assert mirrored.annotations[0].label == "bottom edge"
    assert ctx.notes["swapped:height"] == 1


def test_heights_without_a_mirror_of_heights_stay(mirror: Mirror) -> None:
    text = "A star above a circle, in the upper half."
    assert mirror(text, step=HFlipAugment(p=1)) == [text]


def test_refusing_rewords_nothing(mirror: Mirror) -> None:
    step = VFlipAugment(p=1, policy="refuse")
    assert mirror("A road at the top.", step=step, tags=AERIAL) is None
    assert mirror("A road on the left.", step=step, tags=AERIAL) == ["A road on the left."]
