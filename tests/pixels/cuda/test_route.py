"""Which pictures the GPU takes, by their headers; and what is sent of them."""

from __future__ import annotations

import io

import numpy as np
import pytest
import simplejpeg
from PIL import Image as Pillow

from vlmdata.pixels.cuda.order import Order
from vlmdata.pixels.cuda.route import MOST_SHRINK, bare, order_of
from vlmdata.types import Crop, HFlip, Resize, Rot90, Size

SMALLER = (Resize(80, 60),)


def jpeg(scene, saved, mode="RGB", **options):
    return saved(scene().convert(mode), "JPEG", **options)


TAKEN = {
    "4:4:4": {"subsampling": "4:4:4"},
    "4:2:2": {"subsampling": "4:2:2"},
    "4:2:0": {"subsampling": "4:2:0"},
    "grey": {"mode": "L"},
    "restart marks": {"restart_marker_rows": 1},
    "optimised tables": {"optimize": True},
    "a comment": {"comment": b"\xff\xd9 no end"},
}
LEFT = {"progressive": {"progressive": True}, "cmyk": {"mode": "CMYK"}, "rgb inside": {"keep_rgb": True}}


@pytest.mark.parametrize("kind", TAKEN)
def test_plain_baseline_jpeg_goes_to_the_gpu(kind, scene, saved, prepare):
    order = order_of(prepare(jpeg(scene, saved, **TAKEN[kind]), SMALLER))
    assert order is not None
    assert order.stored == Size(160, 120)
    assert order.views == (SMALLER,)
    assert order.subsampled == (kind not in ("4:4:4", "grey"))


@pytest.mark.parametrize("kind", LEFT)
def test_what_the_engine_cannot_do_goes_to_the_cpu(kind, scene, saved, prepare):
    assert order_of(prepare(jpeg(scene, saved, **LEFT[kind]), SMALLER)) is None


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_other_formats_go_to_the_cpu(form, scene, saved, prepare):
    assert order_of(prepare(saved(scene(), form), SMALLER)) is None


def test_profiles_that_must_be_applied_go_to_the_cpu(scene, saved, prepare, wide_gamut):
    assert order_of(prepare(saved(scene(), "JPEG", icc_profile=wide_gamut), SMALLER)) is None
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert order_of(prepare(saved(scene(), "JPEG", icc_profile=srgb), SMALLER)) is not None


def test_rare_samplings_go_to_the_cpu(scene, prepare):
    pixels = np.asarray(scene())
    for sampling, is_taken in (("440", True), ("411", False)):
        data = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), 90, "RGB", sampling)
        assert (order_of(prepare(data, SMALLER)) is not None) == is_taken, sampling


def test_what_is_kept_as_it_is_goes_to_the_cpu(baseline, prepare):
    assert order_of(prepare(baseline)) is None


def test_sides_out_of_reach_go_to_the_cpu(scene, saved, prepare):
    assert order_of(prepare(saved(scene(63, 120), "JPEG"), SMALLER)) is None
    assert order_of(prepare(saved(scene(64, 64), "JPEG"), SMALLER)) is not None
    assert order_of(prepare(saved(scene(16_385, 64), "JPEG"), SMALLER)) is None


def test_a_shrink_too_far_for_the_kernel_goes_to_the_cpu(scene, saved, prepare):
    picture = saved(scene(640, 64), "JPEG")
    side = 640 // MOST_SHRINK
    assert order_of(prepare(picture, [Resize(side, 64)])) is not None
    assert order_of(prepare(picture, [Resize(side - 1, 64)])) is None
    assert order_of(prepare(picture, [Rot90(1), Resize(64, side - 1)])) is None
    assert order_of(prepare(picture, [Resize(64, 64), Crop(0, 0, 64, 64), Resize(2, 2)])) is not None


def test_turns_come_first_and_the_size_is_that_before_them(scene, saved, exif, prepare):
    order = order_of(prepare(saved(scene(), "JPEG", exif=exif(6)), [HFlip()]))
    assert isinstance(order, Order)
    assert order.stored == Size(160, 120)
    assert order.views == ((Rot90(1), HFlip()),)
    assert order.pixels == 160 * 120


def test_metadata_is_left_behind_and_pixels_are_not(scene, saved, exif):
    data = saved(scene(), "JPEG", exif=exif(6), comment=b"here", icc_profile=b"no profile")
    plain = bare(data)
    assert plain is not None
    for name in (b"Exif", b"here", b"ICC_PROFILE"):
        assert name in data
        assert name not in plain
    assert (simplejpeg.decode_jpeg(plain) == simplejpeg.decode_jpeg(data)).all()
    assert bare(plain) == plain


def test_every_cut_of_a_picture_is_left_to_the_cpu(baseline):
    assert bare(baseline)
    assert not any(bare(baseline[:length]) for length in range(2, len(baseline)))


def test_anything_after_the_end_is_left_to_the_cpu(baseline):
    assert bare(baseline + baseline) is None
    assert bare(baseline[:-2] + b"\xff\xc4\x00\x02" + baseline[-2:]) is None
    assert bare(baseline + b"\0" * 100), "padding is no data"


def test_several_scans_and_missing_tables_are_left_to_the_cpu(scene, saved):
    data = saved(scene(), "JPEG")
    start = data.index(b"\xff\xda")
    of_one = data[: start + 3] + b"\x08\x01" + data[start + 5 :]
    assert bare(of_one) is None
    tables = data.index(b"\xff\xc4")
    frame = data.index(b"\xff\xc0")
    (length,) = (int.from_bytes(data[frame + 2 : frame + 4]),)
    assert bare(data[:frame] + data[frame + 2 + length :]) is None
    assert bare(data[:tables] + data[start:]) is None


def test_bytes_that_are_nothing_are_left_to_the_cpu(baseline):
    rng = np.random.default_rng(0)
    for _ in range(300):
        noise = bytearray(baseline[:400])
        for place in rng.integers(2, 400, 8):
            noise[place] = rng.integers(256)
        bare(bytes(noise))
    assert bare(b"\xff\xd8") is None
    assert bare(b"\xff\xd8\xff\xda") is None


def test_real_photos(photos, prepare):
    for name, data in photos.items():
        with Pillow.open(io.BytesIO(data)) as im:
            is_plain = im.format == "JPEG" and not im.info.get("progressive")
        assert (order_of(prepare(data, [Resize(224, 224)])) is not None) == is_plain, name
