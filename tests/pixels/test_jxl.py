"""JPEG XL, where the extra ``jxl`` is installed, and what is said where it is not."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.types import Image, Size

POLICY = PixelPolicy(format="png", fidelity="exact", background=(10, 200, 30))


@pytest.fixture(scope="module")
def jxl():
    return pytest.importorskip("pylibjxl", reason="the extra jxl is not installed")


def one(data: bytes) -> Rendered | Fault:
    (result,) = render([Image(data=data)], POLICY, RenderClock())
    return result


def pixels(data: bytes) -> np.ndarray:
    result = one(data)
    assert isinstance(result, Rendered), result
    assert not result.passed_through
    with Pillow.open(io.BytesIO(result.views[0].data)) as im:
        return np.asarray(im)


def test_colour_and_grey(jxl, scene):
    colour, grey = np.asarray(scene(64, 40)), np.asarray(scene(64, 40).convert("L"))
    assert np.array_equal(pixels(jxl.encode(colour, lossless=True)), colour)
    assert np.array_equal(pixels(jxl.encode(grey, lossless=True)), grey[..., None].repeat(3, axis=2))


def test_alpha_is_laid_on_the_background(jxl):
    row = np.array([[(1, 2, 3, 0), (1, 2, 3, 255)]], np.uint8)
    assert pixels(jxl.encode(row, lossless=True)).tolist() == [[[10, 200, 30], [1, 2, 3]]]


def test_a_wide_gamut_becomes_srgb(jxl, scene, wide_gamut):
    source, target = ImageCms.ImageCmsProfile(io.BytesIO(wide_gamut)), ImageCms.createProfile("sRGB")
    expected = np.asarray(ImageCms.profileToProfile(scene(64, 40), source, target))
    assert np.array_equal(pixels(jxl.encode(np.asarray(scene(64, 40)), lossless=True, icc=wide_gamut)), expected)


def test_its_own_orientation_is_applied_once(jxl, scene, saved, exif, pixels_of):
    jpeg = saved(scene(64, 40), "JPEG", exif=exif(6), quality=95, subsampling=0)
    data = jxl.jpeg_to_jxl(jpeg)
    header = read_header(data)
    assert (header.media_type, header.size, header.orientation) == ("image/jxl", Size(40, 64), 1)
    assert np.abs(pixels(data).astype(int) - np.rot90(pixels_of(jpeg), -1)).mean() < 1


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"II*\0\x08\0\0\0\0\0\0\0\0\0"}])
def test_a_cut_one_is_never_shown(jxl, scene, options):
    data = jxl.encode(np.asarray(scene(64, 40)), **options)
    for tenth in range(1, 11):
        result = one(data[: len(data) * tenth // 10 - (tenth == 10)])
        assert isinstance(result, Fault)
        assert result.reason in {"truncated", "corrupt"}


def test_without_the_extra_the_reason_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pylibjxl", None)
    result = one(b"\xff\x0a" + bytes(40))
    assert isinstance(result, Fault)
    assert (result.reason, "vlmdata[jxl]" in result.detail) == ("unsupported_format", True)
