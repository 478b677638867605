from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vlmdata.errors import BadRecord
from vlmdata.pixels import render_mask
from vlmdata.pixels.mask import decode_counts, encode_counts, raster_of
from vlmdata.pixels.raster import Raster
from vlmdata.pixels.transform import apply, flat
from vlmdata.types import Chain, Crop, HFlip, Mask, Pad, Resize, Rot90, Size, VFlip

CORNER = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], bool)
"""Down the columns: 110 100 000 001."""
CORNER_RUNS = (0, 2, 1, 1, 7, 1)


def test_runs_go_down_the_columns_and_begin_outside():
    mask = Mask(CORNER_RUNS, Size(4, 3))
    assert np.array_equal(raster_of(mask), CORNER)
    assert render_mask(mask) == {"size": [3, 4], "counts": encode_counts(CORNER_RUNS)}


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([], ""),
        ([0], "0"),
        ([5, 10, 15], "5:?"),
        ([15, 16, 31, 32], "?`0o0`0"),
        ([1, 2, 3, 4], "1232"),
        ([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0"),
        ([1, 1, 1, 100, 1], "111S30"),
    ],
)
def test_the_compressed_string(runs, text):
    """By hand from the rule of pycocotools; ``61X13mN000`0`` is the example of its ``maskApi.c``."""
    assert encode_counts(runs) == text
    assert decode_counts(text) == runs


@given(st.lists(st.integers(0, 5_000_000), max_size=40))
def test_any_runs_survive(runs):
    text = encode_counts(runs)
    assert decode_counts(text) == runs
    assert all(48 <= ord(character) < 112 for character in text)


def mask_of(inside: np.ndarray, edits: tuple = ()) -> Mask:
    column_by_column = inside.T.ravel()
    runs, value = [0], False
    for pixel in column_by_column:
        if pixel != value:
            runs.append(0)
            value = not value
        runs[-1] += 1
    height, width = inside.shape
    return Mask(tuple(runs), Size(width, height), edits)


EDITS = st.lists(
    st.sampled_from(
        [
            HFlip(),
            VFlip(),
            Rot90(1),
            Rot90(2),
            Rot90(3),
            Pad(1, 2, 3, 4),
            Crop(0, 0, 2, 2),
            Chain((Pad(1, 1, 1, 1), Crop(2, 0, 2, 3))),
            Chain((HFlip(), Rot90(1))),
        ]
    ),
    max_size=4,
)


@given(edits=EDITS, bits=st.binary(min_size=30, max_size=30))
@settings(deadline=None)
def test_edits_move_a_mask_as_they_move_a_picture(edits, bits):
    inside = np.frombuffer(bits, np.uint8).reshape(5, 6) > 127
    raster = Raster.whole(np.repeat(inside[..., None], 3, 2).astype(np.uint8))
    for edit in edits:
        for part in flat((edit,)):
            raster = apply(raster, part, "exact")
    result = render_mask(mask_of(inside, tuple(edits)))
    height, width = result["size"]
    assert np.array_equal(raster_of(Mask(result["counts"], Size(width, height))), raster.pixels[..., 0] > 0)


@pytest.mark.parametrize("size", [(8, 6), (2, 1), (3, 5), (4, 3), (40, 31)])
def test_resize_takes_the_nearest_pixel(size):
    result = render_mask(mask_of(CORNER, (Resize(*size),)))
    assert result["size"] == [size[1], size[0]]
    expected = np.asarray(Pillow.fromarray(CORNER.astype(np.uint8)).resize(size, Pillow.Resampling.NEAREST))
    assert np.array_equal(raster_of(Mask(result["counts"], Size(*size))), expected > 0)


@pytest.mark.parametrize(
    "mask",
    [
        Mask((3, 4), Size(4, 3), (HFlip(),)),
        Mask((-1, 13), Size(4, 3), (HFlip(),)),
        Mask("~~", Size(4, 3), (HFlip(),)),
        Mask("o", Size(4, 3), (HFlip(),)),
        Mask(CORNER_RUNS, Size(4, 3), (Crop(0, 0, 9, 9),)),
    ],
)
def test_bad_masks(mask):
    with pytest.raises(BadRecord, match="bad_mask"):
        render_mask(mask)
