from __future__ import annotations

import io

import numpy as np
import pytest
import simplejpeg
from PIL import Image as Pillow
from PIL import ImageOps

from vlmdata.errors import BadRecord
from vlmdata.pixels import PixelPolicy, read_header
from vlmdata.pixels.decode import decode
from vlmdata.pixels.raster import Raster
from vlmdata.types import Box


def decoded(data: bytes, reduction: int = 1) -> Raster:
    return decode(data, read_header(data), PixelPolicy(), reduction)


def test_photos_decode_to_pillows_pixels(photos):
    for name, data in photos.items():
        with Pillow.open(io.BytesIO(data)) as im:
            expected = np.asarray(ImageOps.exif_transpose(im).convert("RGB"))
        assert np.array_equal(decoded(data).pixels, expected), name


@pytest.mark.parametrize(
    "options",
    [
        {"subsampling": 0},
        {"subsampling": 1},
        {"subsampling": 2},
        {"progressive": True},
        {"keep_rgb": True},
        {"restart_marker_blocks": 3},
    ],
)
@pytest.mark.parametrize("size", [(160, 120), (161, 119), (7, 300), (1, 1)])
def test_every_kind_of_jpeg_decodes_to_pillows_pixels(options, size, scene, saved, pixels_of):
    for mode in ("RGB", "L", "CMYK"):
        if mode != "RGB" and "keep_rgb" in options:
            continue
        data = saved(scene(*size).convert(mode), "JPEG", **options)
        assert np.array_equal(decoded(data).pixels, pixels_of(data)), mode


def test_ycck(scene, pixels_of):
    inks = 255 - np.asarray(scene(64, 48).convert("CMYK"))
    data = simplejpeg.encode_jpeg(inks, 95, "CMYK", "444")
    assert read_header(data).colour == "cmyk"
    assert np.array_equal(decoded(data).pixels, pixels_of(data))


@pytest.mark.parametrize("reduction", [2, 4, 8])
@pytest.mark.parametrize("size", [(160, 120), (163, 121), (9, 5), (1, 1)])
def test_a_reduced_decode_says_where_the_picture_lies(size, reduction, scene, saved):
    raster = decoded(saved(scene(*size), "JPEG"), reduction)
    width, height = size
    assert (raster.size.width, raster.size.height) == (-(-width // reduction), -(-height // reduction))
    assert raster.frame == Box(0, 0, width / reduction, height / reduction)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_place_of_the_picture_turns_with_it(orientation, scene, saved, exif):
    """The partly filled column and row of a 163x121 picture at 1/8 end up where the far edges do."""
    raster = decoded(saved(scene(163, 121), "JPEG", exif=exif(orientation)), 8)
    width, height = 163 / 8, 121 / 8
    x, y = 21 - width, 16 - height
    left = {2: x, 3: x, 6: y, 7: y}.get(orientation, 0)
    top = {3: y, 4: y, 7: x, 8: x}.get(orientation, 0)
    if orientation >= 5:
        width, height = height, width
    assert np.allclose(raster.frame.xyxy, (left, top, left + width, top + height))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}])
def test_a_decode_at_an_eighth_still_proves_all_the_data(options, scene, saved):
    data = saved(scene(320, 240), "JPEG", quality=90, **options)
    assert decoded(data, 8).size.width == 40
    for cut in range(len(data) // 3, len(data), len(data) // 29):
        with pytest.raises(BadRecord, match="truncated"):
            decoded(data[:cut], 8)


def test_damage_is_found_at_an_eighth_as_at_full_size(scene, saved):
    data = saved(scene(320, 240), "JPEG", quality=90)
    rng = np.random.default_rng(3)
    found = []
    for _ in range(60):
        broken = bytearray(data)
        for at in rng.integers(700, len(data), 6):
            broken[at] = rng.integers(256)
        outcomes = []
        for reduction in (1, 8):
            try:
                decode(bytes(broken), read_header(data), PixelPolicy(), reduction)
                outcomes.append("")
            except BadRecord as bad:
                outcomes.append(bad.reason)
        assert outcomes[0] == outcomes[1]
        found.append(outcomes[0])
    assert set(found) > {"corrupt"}


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_any_frame_can_be_decoded(form, scene, saved):
    first, *rest = (scene(64, 40, seed) for seed in range(4))
    data = saved(first, form, save_all=True, append_images=rest)
    for number in (3, 1):
        with Pillow.open(io.BytesIO(data)) as im:
            im.seek(number)
            expected = np.asarray(im.convert("RGB"))
        found = decode(data, read_header(data, frame=number), PixelPolicy())
        assert np.array_equal(found.pixels, expected)


def test_a_damaged_later_frame_of_a_png_is_found(scene, saved):
    data = bytearray(saved(scene(), "PNG", save_all=True, append_images=[scene(seed=1)]))
    data[data.index(b"fdAT") + 40] ^= 1
    with pytest.raises(BadRecord, match="checksum"):
        decode(bytes(data), read_header(bytes(data), frame=1), PixelPolicy())


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (64, 40), (9, 200)])
def test_a_black_png_lacks_no_row(mode, size, saved):
    assert not decoded(saved(Pillow.new(mode, size), "PNG")).pixels[..., 0].any() or mode in ("RGBA", "LA")
