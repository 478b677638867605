"""What the table of the policy does not show: values known beforehand, damage in many places, bytes that are kept."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import simplejpeg
from PIL import Image as Pillow

from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, render
from vlmdata.types import Image, Size

PNG = PixelPolicy(format="png", fidelity="exact")


def one(data: bytes, policy: PixelPolicy = PNG) -> Rendered | Fault:
    (result,) = render([Image(data=data)], policy, RenderClock())
    return result


def converted(data: bytes, policy: PixelPolicy = PNG) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pixels and conversions of a picture that must not pass as it is."""
    result = one(data, policy)
    assert isinstance(result, Rendered), result
    assert not result.passed_through
    with Pillow.open(io.BytesIO(result.views[0].data)) as im:
        assert (im.format, im.mode, im.info.get("icc_profile")) == ("PNG", "RGB", None)
        assert Size(*im.size) == result.views[0].size
        return np.asarray(im), result.conversions


@pytest.mark.parametrize("background", [(255, 255, 255), (10, 200, 30)])
@pytest.mark.parametrize(("mode", "form"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "TIFF")])
def test_alpha_is_laid_on_the_background(mode, form, background, saved):
    im = Pillow.new(mode, (6, 4), (40, 40, 40, 0)[-len(mode) :] if mode == "RGBA" else (40, 0))
    im.paste((40, 40, 40, 255) if mode == "RGBA" else (40, 255), (3, 0, 6, 4))
    options = {"lossless": True} if form == "WEBP" else {}
    pixels, done = converted(saved(im, form, **options), PixelPolicy(format="png", background=background))
    assert pixels[0, 0].tolist() == list(background)
    assert pixels[0, 5].tolist() == [40, 40, 40]
    assert done == ("alpha",)


def test_cmyk_without_a_profile_is_what_pillow_makes_of_it(saved, scene, pixels_of):
    data = saved(scene(65, 43).convert("CMYK"), "JPEG", quality=95)
    pixels, done = converted(data)
    assert np.array_equal(pixels, pixels_of(data))
    assert np.abs(pixels.astype(int) - np.asarray(scene(65, 43))).mean() < 4
    assert done == ("cmyk",)


def test_cmyk_goes_through_its_profile(saved, grey_inks):
    im = Pillow.new("CMYK", (32, 16), (0, 0, 0, 0))
    im.paste((255, 0, 0, 0), (16, 0, 32, 16))
    pixels, done = converted(saved(im, "JPEG", quality=100, icc_profile=grey_inks))
    assert pixels[8, 2].min() > 250
    assert np.allclose(pixels[8, 30], 119, atol=3), "L* = 50 is sRGB 119; without the profile it would be cyan"
    assert done == ("cmyk", "icc")


def test_a_wide_gamut_becomes_srgb(saved, wide_gamut):
    green = Pillow.new("RGB", (16, 16), (100, 200, 100))
    for form in ("JPEG", "PNG", "WEBP"):
        pixels, done = converted(saved(green, form, icc_profile=wide_gamut, quality=100))
        assert np.allclose(pixels[8, 8], (0, 201, 90), atol=6), form
        assert done == ("icc",)


def test_a_grey_profile_is_applied(saved, linear_grey):
    for form in ("JPEG", "PNG"):
        pixels, done = converted(saved(Pillow.new("L", (16, 16), 55), form, icc_profile=linear_grey))
        assert np.allclose(pixels[8, 8], 128, atol=2), form
        assert done == ("icc",)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_is_taken(form, saved):
    frames = [Pillow.new("RGB", (16, 8), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    options = {"lossless": True} if form == "WEBP" else {}
    pixels, done = converted(saved(frames[0], form, save_all=True, append_images=frames[1:], **options))
    assert (pixels == (255, 0, 0)).all()
    assert "animated" in done


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_plain_grey_and_colour_keep_their_bytes(form, saved, scene):
    for im in (scene(), scene().convert("L")):
        data = saved(im, form)
        result = one(data)
        assert isinstance(result, Rendered)
        assert (result.passed_through, result.conversions) == (True, ())
        assert result.views[0].data is data


@pytest.mark.parametrize("cut", [1, 2, 3, 20])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_that_lacks_its_last_bytes(cut, options, saved, scene):
    result = one(saved(scene(330, 241), "JPEG", **options)[:-cut])
    assert isinstance(result, Fault)
    assert result.reason == "truncated"


def test_a_flipped_bit_in_a_png_never_changes_a_pixel_unseen(saved, scene, pixels_of):
    """Pillow alone lets some pass, mostly near the end of the data: it does not look at the checksums there."""
    data = saved(scene(64, 48).convert("L"), "PNG", compress_level=9)
    rng, unseen, reasons = np.random.default_rng(5), 0, set()
    for at in rng.integers(len(data) - 60, len(data) - 16, 80):
        broken = bytearray(data)
        broken[at] ^= 1 << rng.integers(8)
        result = one(bytes(broken))
        assert isinstance(result, Fault)
        reasons.add(result.reason)
        with contextlib.suppress(OSError, SyntaxError):
            unseen += not np.array_equal(pixels_of(bytes(broken)), pixels_of(data))
    assert reasons == {"corrupt"}
    assert unseen, "or the check may go: Pillow has learnt it"


def test_stray_bytes_before_the_end_mark_are_forgiven(saved, scene):
    data = saved(scene(), "JPEG")
    stray = data[:-2] + b"abcdef" + data[-2:]
    with pytest.raises(ValueError, match="extraneous bytes before marker 0xd9"):
        simplejpeg.decode_jpeg(stray)
    result = one(stray)
    assert isinstance(result, Rendered)
    assert result.passed_through
    damaged = one(stray[:20] + b"xxxx" + stray[20:])
    assert isinstance(damaged, Fault)
    assert damaged.reason == "corrupt"
