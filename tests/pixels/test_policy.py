from __future__ import annotations

import dataclasses

import pytest
from PIL import ImageCms

from vlmdata.pixels import Header, PixelPolicy, conversions, is_canonical, read_header
from vlmdata.pixels.colour import is_srgb
from vlmdata.types import Size

PLAIN = Header(media_type="image/jpeg", size=Size(4, 4))


def test_plain_pictures_are_canonical():
    for media_type in ("image/jpeg", "image/png", "image/webp"):
        assert is_canonical(dataclasses.replace(PLAIN, media_type=media_type))
    assert is_canonical(dataclasses.replace(PLAIN, colour="grey"))
    assert not is_canonical(dataclasses.replace(PLAIN, media_type="image/gif"))
    assert not is_canonical(dataclasses.replace(PLAIN, colour="grey", depth=1))
    assert is_canonical(dataclasses.replace(PLAIN, process="progressive"))
    assert not is_canonical(dataclasses.replace(PLAIN, process="arithmetic"))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"orientation": 3}, "exif"),
        ({"icc": b"?"}, "icc"),
        ({"colour": "cmyk"}, "cmyk"),
        ({"depth": 16}, "sixteen_bit"),
        ({"colour": "palette"}, "palette"),
        ({"colour": "lab"}, "lab"),
        ({"alpha": True}, "alpha"),
        ({"animated": True}, "animated"),
    ],
)
def test_each_oddity_has_a_name(change, name):
    header = dataclasses.replace(PLAIN, **change)
    assert conversions(header) == (name,)
    assert not is_canonical(header)


def test_srgb_is_known_by_its_colours(scene, saved, wide_gamut, linear_grey, grey_inks):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert is_srgb(srgb)
    assert not any(is_srgb(profile) for profile in (wide_gamut, linear_grey, grey_inks, b"", b"?" * 200))
    assert is_canonical(read_header(saved(scene(), "JPEG", icc_profile=srgb)))
    assert is_canonical(read_header(saved(scene().convert("L"), "JPEG", icc_profile=srgb)))


@pytest.mark.parametrize(
    "wrong", [{"quality": 0}, {"quality": 101}, {"background": (0, 0, 256)}, {"max_pixels": 0}, {"max_pixels": 10**9}]
)
def test_wrong_policies_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PixelPolicy(**wrong)
