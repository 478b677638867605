from __future__ import annotations

import io
import os
import subprocess
import sys
from functools import partial

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


@pytest.mark.parametrize(("subsampling", "factors"), [("444", 0x11), ("422", 0x21), ("420", 0x22)])
def test_the_policy_may_fix_the_chroma(subsampling, factors, scene):
    for subsampled in (False, True):
        data = encode(np.asarray(scene()), PixelPolicy(subsampling=subsampling), subsampled=subsampled).data
        frame = data.index(b"\xff\xc0")
        assert data[frame + 11] == factors, "sampling factors of the luma (ITU-T T.81, B.2.2)"


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_a_fourth_value_and_gaps_change_nothing(form, scene):
    pixels, policy = np.asarray(scene(131, 77)), PixelPolicy(format=form)
    four = np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=9)
    assert encode(four, policy, subsampled=False) == encode(pixels, policy, subsampled=False)
    for whole in (pixels, four):
        part = whole[5:60, 8:90]
        assert encode(part, policy, subsampled=True) == encode(np.ascontiguousarray(part), policy, subsampled=True)


@pytest.mark.parametrize(
    ("source", "stored"),
    [
        *((f"image/{form}", form) for form in ("jpeg", "png", "webp")),
        *((f"image/{form}", "png") for form in ("gif", "bmp", "tiff")),
        *((f"image/{form}", "jpeg") for form in ("avif", "jp2", "jxl")),
    ],
)
def test_original_is_the_format_of_the_source_where_a_shard_may_hold_it(source, stored, scene):
    view = encode(np.asarray(scene()), PixelPolicy(format="original"), subsampled=False, source=source)
    assert view.media_type == read_header(view.data).media_type == f"image/{stored}"
    assert encode(np.asarray(scene()), PixelPolicy(format="webp"), subsampled=False, source=source).media_type.endswith(
        "webp"
    )


_HASH = """
import hashlib, sys, numpy as np, simplejpeg
from vlmdata.pixels.encode import encode
from vlmdata.pixels import PixelPolicy
data = open(sys.argv[1], "rb").read()
digest = hashlib.sha256()
for scale in (1, 2, 4, 8):
    pixels = simplejpeg.decode_jpeg(data, "RGBX", min_height=1920 // scale, min_width=1440 // scale, strict=False)
    digest.update(pixels[..., :3].tobytes())
    for subsampling in ("444", "422", "420"):
        view = encode(pixels[:336, :101], PixelPolicy(subsampling=subsampling, quality=90), subsampled=False)
        digest.update(view.data)
print(digest.hexdigest())
"""


def test_simd_instructions_do_not_change_a_byte(photos, tmp_path):
    """``JSIMD_FORCENONE`` makes libjpeg-turbo compute without them."""
    photo = tmp_path / "office.jpg"
    photo.write_bytes(photos["office.jpg"])
    run = partial(subprocess.run, [sys.executable, "-c", _HASH, str(photo)], capture_output=True, text=True, check=True)
    hashes = {run(env=os.environ | extra).stdout for extra in ({}, {"JSIMD_FORCENONE": "1"})}
    assert len(hashes) == 1


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
