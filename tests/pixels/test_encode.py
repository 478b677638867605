from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.pixels import PixelPolicy, read_header
from vlmdata.pixels.encode import encode
from vlmdata.types import Size


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_format_size_and_bytes(form, scene, pixels_of):
    pixels = np.asarray(scene(131, 77))
    first = encode(pixels, PixelPolicy(format=form), subsampled=False)
    assert (first.media_type, first.size) == (f"image/{form}", Size(131, 77))
    assert (read_header(first.data).media_type, read_header(first.data).size) == (first.media_type, first.size)
    assert encode(np.flip(np.flip(pixels, 1), 1), PixelPolicy(format=form), subsampled=False) == first
    error = np.abs(pixels_of(first.data).astype(int) - pixels).mean()
    assert error == 0 if form == "png" else error < 3


def test_jpeg_is_coarse_in_chroma_only_where_its_source_was(scene):
    pixels = np.asarray(scene())
    for subsampled in (False, True):
        assert read_header(encode(pixels, PixelPolicy(), subsampled=subsampled).data).subsampled == subsampled


@pytest.mark.parametrize("form", ["jpeg", "webp"])
def test_quality_decides_the_size(form, scene):
    sizes = [
        len(encode(np.asarray(scene()), PixelPolicy(format=form, quality=quality), subsampled=False).data)
        for quality in (30, 95)
    ]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(("form", "width"), [("webp", 16_384), ("jpeg", 65_501)])
def test_a_side_too_long_for_the_format_becomes_png(form, width):
    pixels = np.zeros((1, width, 3), np.uint8)
    view = encode(pixels, PixelPolicy(format=form), subsampled=False)
    assert view.media_type == "image/png"
    with Pillow.open(io.BytesIO(view.data)) as im:
        assert im.size == (width, 1)
    assert encode(pixels[:, 1:], PixelPolicy(format=form), subsampled=False).media_type == f"image/{form}"
