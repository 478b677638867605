"""Regions of a mask, against filling by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as PilImage

from vlmdata.datasets.mask_regions import mask_regions
from vlmdata.errors import BadRecord
from vlmdata.pixels.mask import raster_of
from vlmdata.types import Box, Image


def png(pixels: np.ndarray, mode: str | None = None) -> Image:
    buffer = io.BytesIO()
    PilImage.fromarray(pixels, mode).save(buffer, "PNG")
    return Image(data=buffer.getvalue(), source="mask.png")


def filled(inside: np.ndarray) -> list[set[tuple[int, int]]]:
    """Regions as sets of (row, column), by flooding from each pixel, columns first."""
    left = {(int(row), int(column)) for row, column in np.argwhere(inside)}
    regions = []
    for start in sorted(left, key=lambda place: place[::-1]):
        if start not in left:
            continue
        region, edge = {start}, [start]
        left.discard(start)
        while edge:
            row, column = edge.pop()
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= near
            region |= near
            edge += near
        regions.append(region)
    return regions


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_regions_are_those_of_a_flood(inside: np.ndarray) -> None:
    mask = png(inside.astype(np.uint8))  # a 1 is as good as a 255
    found = mask_regions(mask, mask, "scratch")
    expected = filled(inside)
    assert len(found) == len(expected)
    for mark, region in zip(found, expected, strict=True):
        rows, columns = zip(*region, strict=True)
        assert mark.box == Box(min(columns), min(rows), max(columns) + 1, max(rows) + 1)
        assert mark.mask
        assert {(int(row), int(column)) for row, column in np.argwhere(raster_of(mark.mask))} == region
    assert len({mark.id for mark in found}) == len(found)


def test_what_is_transparent_is_outside() -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[..., :3] = 255
    pixels[1:3, 1, 3] = 255
    (mark,) = mask_regions(png(pixels), png(pixels))
    assert mark.box == Box(1, 1, 2, 3)


def test_a_mask_of_another_size_is_refused() -> None:
    small, large = png(np.ones((3, 4), np.uint8)), png(np.ones((4, 4), np.uint8))
    with pytest.raises(BadRecord, match="a mask of 4x3 for a picture of 4x4"):
        mask_regions(small, large)


def test_a_mask_that_is_no_picture_is_a_bad_record() -> None:
    with pytest.raises(BadRecord, match="not_an_image"):
        mask_regions(Image(data=b"<html>"), png(np.ones((3, 4), np.uint8)))
