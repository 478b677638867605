"""Sizes at which a picture is looked at, and pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.models.faces.face import Face, distinct
from vlmdata.models.faces.looks import TRUSTED, looks, pieces
from vlmdata.types import Box, Size


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size(640, 480), [Size(640, 480)]),
        (Size(320, 240), [Size(640, 480)]),
        (Size(100, 50), [Size(400, 200)]),
        (Size(1, 1), [Size(4, 4)]),
        (Size(900, 600), [Size(640, 427)]),
        (Size(1000, 500), [Size(640, 320), Size(1000, 500)]),
        (Size(4000, 3000), [Size(640, 480), Size(1280, 960)]),
        (Size(60_000, 2), [Size(640, 1), Size(1280, 1)]),
    ],
    ids=str,
)
def test_small_pictures_are_enlarged_and_large_ones_looked_at_twice(size, expected):
    assert looks(size, 1280) == expected
    assert looks(size, 640) == expected[:1]


@given(width=st.integers(1, 6000), height=st.integers(1, 6000), data=st.data())
@settings(max_examples=60)
def test_a_trusted_face_lies_whole_in_a_piece(width, height, data):
    size = Size(width, height)
    side = data.draw(st.integers(1, min(TRUSTED, width, height)))
    left, top = data.draw(st.integers(0, width - side)), data.draw(st.integers(0, height - side))
    face = Box(left, top, left + side, top + side)
    found = list(pieces(size))
    assert any(piece.sees_whole(face) for piece in found)
    assert all(piece.crop.size(size).area <= 1280**2 for piece in found)


def test_of_boxes_that_mean_one_face_the_surest_stays():
    sure, same, other = Box(0, 0, 10, 10), Box(1, 1, 11, 11), Box(20, 0, 30, 10)
    faces = [Face(same, 0.5), Face(other, 0.4), Face(sure, 0.9)]
    assert distinct(faces) == distinct(faces[::-1]) == [Face(sure, 0.9), Face(other, 0.4)]
    assert distinct([]) == []


def test_choosing_among_many_agrees_with_the_plain_rule():
    rng = np.random.default_rng(1)
    faces = [Face(Box(x, y, x + side, y + side), float(score)) for x, y, side, score in rng.uniform(1, 60, (200, 4))]
    plain: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        commons = [(face.box.intersect(kept.box), kept) for kept in plain]
        if all(not c or c.area / (face.box.area + kept.box.area - c.area) <= 0.3 for c, kept in commons):
            plain.append(face)
    assert distinct(faces) == plain
