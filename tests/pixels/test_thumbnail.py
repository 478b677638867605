from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.pixels import read_header, thumbnail
from vlmdata.pixels.thumbnail import thumbnail_of
from vlmdata.types import Box, Cover, Image, Size


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize(
    ("size", "expected"), [((1000, 500), (256, 128)), ((100, 50), (100, 50)), ((2000, 1), (256, 1))]
)
def test_it_fits_and_is_never_enlarged(form, size, expected, scene, saved):
    small = thumbnail(saved(scene(*size), form))
    assert small is not None
    assert (read_header(small).media_type, read_header(small).size) == ("image/jpeg", Size(*expected))


def test_it_looks_like_the_picture(scene, saved, exif, pixels_of):
    im = scene(800, 600)
    small = thumbnail(saved(im, "JPEG", exif=exif(6)), 100)
    assert small is not None
    expected = np.asarray(im.transpose(Pillow.Transpose.ROTATE_270).resize((75, 100)))
    assert np.abs(pixels_of(small).astype(int) - expected).mean() < 4


def test_none_where_there_is_no_picture(scene, saved):
    data = saved(scene(), "JPEG")
    for bad in (b"", b"<html></html>", data[: len(data) // 2]):
        assert thumbnail(bad) is None


def test_what_is_covered_stays_covered(scene, saved, pixels_of):
    image = Image(data=saved(scene(200, 100), "PNG"), original=Size(200, 100))
    covered = image.transformed(Cover((Box(0, 0, 100, 100),), how="fill", color=(255, 0, 0)))
    small = thumbnail_of(covered)
    assert small is not None
    left = pixels_of(small)[30:70, 30:70].astype(int)
    assert np.abs(left - [255, 0, 0]).max() < 12


def test_none_for_a_clip(clip):
    assert thumbnail(clip) is None
