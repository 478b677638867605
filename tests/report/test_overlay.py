"""What is drawn on a picture lies in its frame, and is drawn from the right view."""

from __future__ import annotations

import base64
import io
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.report.conftest import info, mark, picture, view
from vlmdata.report.labels import FONT, Labels
from vlmdata.report.overlay import Picture, Rect
from vlmdata.report.overlay import picture as drawn
from vlmdata.types import Box, Size

WHOLE = view("whole", 0, 0, 40, 30, 40, 30)
FAR = st.floats(-200, 200)


def shown(about: dict[str, Any], *files: bytes, marks: Any = (), several: bool = False) -> Picture:
    return drawn(about, [{"bytes": data, "path": "x"} for data in files], marks, {}, several)


def decoded(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))


@settings(max_examples=60)
@given(st.lists(st.lists(FAR, min_size=4, max_size=4), max_size=8), st.lists(st.tuples(FAR, FAR), max_size=4))
def test_boxes_and_points_lie_in_the_frame_or_are_counted(boxes: list[list[float]], points: list[Any]) -> None:
    marks = [mark(f"b{number}", bbox=box) for number, box in enumerate(boxes)]
    marks += [mark(f"p{number}", point=list(point)) for number, point in enumerate(points)]
    result = shown(info(40, 30, [WHOLE]), picture(40, 30), marks=marks)
    assert len(result.marks) + result.unseen == len(marks)
    for one in result.marks:
        if one.box:
            assert min(one.box) >= 0
            assert one.box.x + one.box.width <= 40.002
            assert one.box.y + one.box.height <= 30.002
        if one.point:
            assert 0 <= one.point[0] <= 40
            assert 0 <= one.point[1] <= 30


def test_an_inverted_box_is_drawn_where_it_lies() -> None:
    (one,) = shown(info(40, 30, [WHOLE]), picture(40, 30), marks=[mark(bbox=[20.0, 25.0, 5.0, 6.0])]).marks
    assert one.box == Rect(5.0, 6.0, 15.0, 19.0)


def test_the_view_of_the_whole_frame_is_taken() -> None:
    tiles = [view("tile", 0, -5, 20, 40, 336, 336), view("tile", 20, -5, 20, 40, 336, 336)]
    views = [*tiles, view("global", 0, 0, 40, 30, 336, 336)]
    result = shown(info(40, 30, views, policy="p"), picture(8, 8, 10), picture(8, 8, 20), picture(8, 8, 250))
    ((uri, place),) = result.layers
    assert place == Rect(0, 0, 40, 30)
    assert decoded(uri).getpixel((4, 4))[0] > 240  # type: ignore[index]
    assert result.tiles == (Rect(0, 0, 20, 30), Rect(20, 0, 20, 30))
    assert (result.shown, result.caption) == (320, "40x30, p: 3 views")


def test_tiles_are_put_together_where_no_view_shows_the_whole() -> None:
    views = [view("tile", 0, -5, 20, 40, 336, 336), view("tile", 20, -5, 20, 40, 336, 336)]
    result = shown(info(40, 30, views, policy="p"), picture(400, 400), picture(400, 400))
    assert [place for _, place in result.layers] == [Rect(0, -5, 20, 40), Rect(20, -5, 20, 40)]
    assert {max(decoded(uri).size) for uri, _ in result.layers} == {320}


def test_a_planned_layout_shows_the_frame_with_its_tiles() -> None:
    views = [WHOLE, view("tile", 0, 0, 20, 30, 336, 336), view("tile", 20, 0, 20, 30, 336, 336)]
    result = shown(info(40, 30, views, policy="p", count=1), picture(40, 30))
    assert len(result.layers) == 1
    assert len(result.tiles) == 2


def test_what_cannot_be_decoded_is_not_shown() -> None:
    assert shown(info(40, 30, [WHOLE]), b"<html>").layers == ()
    clip = shown(info(None, None, [WHOLE], media_type="video/mp4"), b"\0\0\0\x18ftypmp42")
    assert (clip.frame, clip.layers, clip.caption) == (None, (), "video/mp4")


def test_long_rings_are_thinned() -> None:
    ring = [float(value) for number in range(5000) for value in (number % 40, number % 30)]
    (one,) = shown(info(40, 30, [WHOLE]), picture(40, 30), marks=[mark(polygon=[ring])]).marks
    assert 60 <= len(one.rings[0].split()) <= 120


def test_marks_of_one_label_share_a_colour() -> None:
    labels = ["cat", "dog", "cat", "dog", "bird"]
    marks = [mark(str(number), label=label, bbox=[1, 1, 9, 9]) for number, label in enumerate(labels)]
    result = shown(info(40, 30, [WHOLE]), picture(40, 30), marks=marks)
    assert [one.colour for one in result.marks] == [0, 1, 0, 1, 2]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text("abc猫", min_size=1, max_size=30), FAR, FAR), max_size=12), st.floats(0.2, 4))
def test_labels_never_lie_on_each_other(named: list[tuple[str, float, float]], unit: float) -> None:
    labels = Labels(Size(200, 150), unit)
    areas = []
    for name, x, y in named:
        box = Box(x, y, x + 30, y + 20).intersect(Size(200, 150).box)
        label = labels.place(name, box) if box else None
        if label:
            width = FONT * unit * sum(1.0 if character == "猫" else 0.62 for character in label.text)
            left = label.x - width if label.anchor == "end" else label.x
            areas.append(Box(left, label.y - 0.8 * FONT * unit, left + width, label.y))
    for one, other in combinations(areas, 2):
        common = one.intersect(other)
        assert common is None or common.area < 0.05
