"""Geometry: a box moves with its picture, whatever is done to it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.types import (
    Affine,
    Box,
    Chain,
    Crop,
    HFlip,
    Layout,
    Pad,
    Point,
    Resize,
    Rot90,
    Size,
    Transform,
    VFlip,
    View,
)

sizes = st.builds(Size, st.integers(1, 400), st.integers(1, 400))
numbers = st.floats(-500, 500, allow_nan=False)
points = st.builds(Point, numbers, numbers)
boxes = st.builds(Box, numbers, numbers, numbers, numbers)


@st.composite
def transforms_for(draw: st.DrawFn, size: Size) -> Transform:
    kind = draw(st.sampled_from(("crop", "resize", "pad", "hflip", "vflip", "rot90")))
    if kind == "crop":
        left = draw(st.integers(0, size.width - 1))
        top = draw(st.integers(0, size.height - 1))
        return Crop(left, top, draw(st.integers(1, size.width - left)), draw(st.integers(1, size.height - top)))
    if kind == "resize":
        return Resize(draw(st.integers(1, 400)), draw(st.integers(1, 400)))
    if kind == "pad":
        return Pad(*(draw(st.integers(0, 50)) for _ in range(4)))
    return {"hflip": HFlip(), "vflip": VFlip(), "rot90": Rot90(draw(st.integers(1, 3)))}[kind]


@st.composite
def chains(draw: st.DrawFn) -> tuple[Size, Chain]:
    start = size = draw(sizes)
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        parts.append(draw(transforms_for(size)))
        size = parts[-1].size(size)
    return start, Chain(tuple(parts))


def near(one: Box | Point, other: Box | Point) -> bool:
    first = one.xyxy if isinstance(one, Box) else (one.x, one.y)
    second = other.xyxy if isinstance(other, Box) else (other.x, other.y)
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-4) for a, b in zip(first, second, strict=True))


@given(chains(), points)
def test_a_chain_is_its_parts_one_after_the_other(made: tuple[Size, Chain], point: Point) -> None:
    size, chain = made
    stepwise, frame = point, size
    for part in chain.parts:
        stepwise, frame = part.matrix(frame).point(stepwise), part.size(frame)
    assert near(chain.matrix(size).point(point), stepwise)
    assert chain.size(size) == frame


@given(chains(), points)
def test_the_inverse_brings_a_point_back(made: tuple[Size, Chain], point: Point) -> None:
    size, chain = made
    matrix = chain.matrix(size)
    there = matrix.point(point)
    back = matrix.inverse().point(there)
    undo = matrix.inverse()
    reach = max(1.0, abs(there.x), abs(there.y)) * max(1.0, *(abs(value) for value in (undo.a, undo.b, undo.d, undo.e)))
    assert math.isclose(back.x, point.x, abs_tol=1e-5 + 1e-6 * reach)
    assert math.isclose(back.y, point.y, abs_tol=1e-5 + 1e-6 * reach)


@given(sizes, boxes)
def test_flips_and_full_turns_undo_themselves(size: Size, box: Box) -> None:
    four_turns = Chain((Rot90(1),) * 4)
    for transform in (Chain((HFlip(), HFlip())), Chain((VFlip(), VFlip())), four_turns, Chain((Rot90(1), Rot90(3)))):
        assert near(transform.matrix(size).box(box), box)
        assert transform.size(size) == size


@given(sizes)
def test_the_whole_frame_stays_the_whole_frame_under_flips_turns_and_resizes(size: Size) -> None:
    for transform in (HFlip(), VFlip(), Rot90(1), Rot90(2), Rot90(3), Resize(17, 91)):
        assert near(transform.matrix(size).box(size.box), transform.size(size).box)


@given(chains(), boxes)
def test_an_upright_box_stays_upright_and_scales_by_the_matrix(made: tuple[Size, Chain], box: Box) -> None:
    size, chain = made
    upright = Box(min(box.x1, box.x2), min(box.y1, box.y2), max(box.x1, box.x2), max(box.y1, box.y2))
    matrix = chain.matrix(size)
    moved = matrix.box(upright)
    assert moved.width >= -1e-6
    assert moved.height >= -1e-6
    determinant = abs(matrix.a * matrix.e - matrix.b * matrix.d)
    assert math.isclose(moved.area, upright.area * determinant, rel_tol=1e-6, abs_tol=1e-3)


@given(sizes)
def test_an_inverted_box_stays_inverted(size: Size) -> None:
    inverted = Box(5, 7, 2, 3)
    for transform in (HFlip(), VFlip(), Rot90(1), Resize(50, 50)):
        moved = transform.matrix(size).box(inverted)
        assert moved.width < 0
        assert moved.height < 0


@given(boxes, sizes)
def test_a_clamped_box_lies_in_the_frame(box: Box, size: Size) -> None:
    clamped = box.clamp(size)
    assert 0 <= clamped.x1 <= size.width
    assert 0 <= clamped.x2 <= size.width
    assert 0 <= clamped.y1 <= size.height
    assert 0 <= clamped.y2 <= size.height


@given(boxes, boxes)
def test_intersection_is_in_both(one: Box, other: Box) -> None:
    common = one.intersect(other)
    if common is not None:
        assert common.area <= one.area + 1e-6
        assert common.area <= other.area + 1e-6
        assert common == other.intersect(one)


def test_quarter_turns_are_clockwise() -> None:
    size = Size(10, 20)
    corner = Point(1, 2)
    assert Rot90(1).matrix(size).point(corner) == Point(18, 1)
    assert Rot90(2).matrix(size).point(corner) == Point(9, 18)
    assert Rot90(3).matrix(size).point(corner) == Point(2, 9)


def test_a_mirror_reverses_a_ring_so_that_its_winding_stays() -> None:
    ring = (Point(0, 0), Point(4, 0), Point(4, 3))

    def signed_area(vertices: tuple[Point, ...]) -> float:
        pairs = zip(vertices, vertices[1:] + vertices[:1], strict=True)
        return sum(a.x * b.y - b.x * a.y for a, b in pairs)

    for transform in (HFlip(), VFlip(), Rot90(1)):
        moved = transform.matrix(Size(10, 10)).ring(ring)
        assert signed_area(moved) == pytest.approx(signed_area(ring))


def test_boxes_of_other_formats() -> None:
    assert Box.from_xywh(10, 20, 30, 40).xyxy == (10, 20, 40, 60)
    assert Box.from_cxcywh(25, 40, 30, 40).xyxy == (10, 20, 40, 60)
    assert Box(10, 20, 40, 60).xywh == (10, 20, 30, 40)
    assert Box.around((Point(3, 9), Point(1, 12))).xyxy == (1, 9, 3, 12)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_boxes_and_points_are_finite(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Box(0, 0, value, 1)
    with pytest.raises(ValueError, match="finite"):
        Point(value, 0)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1x1"):
        Size(0, 5)
    with pytest.raises(ValueError, match="reaches over"):
        Crop(5, 0, 6, 1).size(Size(10, 10))
    with pytest.raises(ValueError, match="quarter turns"):
        Rot90(4)
    with pytest.raises(ValueError, match="not negative"):
        Pad(left=-1)


@given(sizes)
def test_a_view_shows_the_part_of_the_frame_it_is_cut_from(size: Size) -> None:
    tile = View("tile", (Resize(200, 100), Pad(0, 50, 0, 50), Crop(100, 0, 100, 200)))
    source = tile.source(size)
    assert near(source, Box(size.width / 2, -size.height / 2, size.width, size.height * 1.5))
    assert tile.size(size) == Size(100, 200)


def test_locate_finds_a_box_in_every_view_that_shows_it() -> None:
    frame = Size(200, 100)
    left, right = View("tile", (Crop(0, 0, 100, 100),)), View("tile", (Crop(100, 0, 100, 100),))
    layout = Layout("halves", (View("global", (Resize(50, 25),)), left, right))
    found = layout.locate(Box(80, 10, 120, 30), frame)
    assert [seen.view for seen in found] == [0, 1, 2]
    assert found[0].box == Box(20, 2.5, 30, 7.5)
    assert found[1].box == Box(80, 10, 100, 30)
    assert found[2].box == Box(0, 10, 20, 30)
    assert [seen.share for seen in found] == [1.0, 0.5, 0.5]


def test_matrices_compose_in_order() -> None:
    shift, double = Affine(c=1.0), Affine(a=2.0, e=2.0)
    assert shift.then(double).point(Point(1, 1)) == Point(4, 2)
    assert double.then(shift).point(Point(1, 1)) == Point(3, 2)
