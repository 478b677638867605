"""The pixel policy on odd files: what comes out of the whole CPU stage, against Pillow used in the plainest way.

The rows stand in ``tests/pixels/odd``. Every file goes by a wrong name and a wrong media type, for neither must be
believed.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from tests.pixels.odd import formats, jpeg_png, refused
from tests.pixels.odd.makers import Kit
from tests.pixels.odd.rows import BACKGROUND
from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.types import Image, Size

GOOD = [*jpeg_png.ROWS, *formats.ROWS]
POLICY = PixelPolicy(format="png", fidelity="exact", background=BACKGROUND)


@pytest.fixture(scope="module")
def kit(scene, saved, exif, wide_gamut, linear_grey, grey_inks) -> Kit:
    return Kit(scene, saved, exif, wide_gamut, linear_grey, grey_inks)


def known_good(data: bytes) -> np.ndarray:
    """First frame, upright, through its profile to sRGB, on the background."""
    im = Pillow.open(io.BytesIO(data))
    im.load()
    profile = im.info.get("icc_profile")
    im = ImageOps.exif_transpose(im)
    alpha = None
    if im.has_transparency_data:
        alpha = np.asarray(im.convert("RGBA"))[..., 3:] / 255
        im = im.convert("RGBA").convert("L" if im.mode == "LA" else "RGB")
    if profile:
        if im.mode == "P":
            im = im.convert("RGB")
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        im = ImageCms.profileToProfile(im, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    pixels = np.asarray(im.convert("RGB"))
    return pixels if alpha is None else np.rint(pixels * alpha + np.array(BACKGROUND) * (1 - alpha)).astype(np.uint8)


def one(data: bytes) -> Rendered | Fault:
    wrong = {"uri": "/nowhere/holiday.mp4", "media_type": "image/x-icon"}
    (result,) = render([Image(data=data, **wrong)], POLICY, RenderClock())
    return result


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("row", GOOD, ids=lambda row: row.name)
def test_the_policy_is_kept(row, kit):
    data = row.make(kit)
    header, result = read_header(data), one(data)
    assert isinstance(result, Rendered), result
    expected = row.pixels(kit) if row.pixels else known_good(data)
    (view,) = result.views
    assert (header.media_type, result.passed_through) == (row.media_type, row.kept)
    assert result.conversions == tuple(row.conversions.split())
    assert header.size == view.size == Size(expected.shape[1], expected.shape[0])
    with Pillow.open(io.BytesIO(view.data)) as im:
        assert row.kept or (im.format, im.mode, dict(im.getexif()), im.info.get("icc_profile")) == (
            "PNG",
            "RGB",
            {},
            None,
        )
        assert np.array_equal(np.asarray(im.convert("RGB")), expected)


@pytest.mark.parametrize("row", refused.ROWS, ids=lambda row: row.name)
def test_what_is_refused(row, kit):
    result = one(row.make(kit))
    assert isinstance(result, Fault)
    assert result.reason in row.reasons.split()
    assert " at 0x" not in result.detail, "an address in memory differs from run to run"


def test_every_row_has_a_name_of_its_own():
    names = [row.name for row in (*GOOD, *refused.ROWS)]
    assert len(set(names)) == len(names)
