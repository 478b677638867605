"""Good rows: formats that are always encoded anew, animations, and colour profiles."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from tests.pixels.odd import makers
from tests.pixels.odd.jpeg_png import RAMP, clear_index, plain
from tests.pixels.odd.makers import Kit
from tests.pixels.odd.rows import (
    AVIF,
    BACKGROUND,
    BMP,
    GIF,
    JP2,
    JPEG,
    PNG,
    TIFF,
    WEBP,
    Good,
    Pixels,
    grey,
    kept,
    row,
)

GIFS = [
    Good("GIF", GIF, "palette", lambda kit: kit.picture("GIF")),
    Good("GIF grey", GIF, "palette", lambda kit: kit.picture("GIF", "L")),
    Good("GIF clear in part", GIF, "palette alpha", lambda kit: clear_index(kit, 3, "GIF")),
    Good("GIF larger than its frame", GIF, "palette", lambda kit: makers.with_size(kit.picture("GIF"), 6, 80, 50)),
]

BMPS = [
    Good("BMP", BMP, "", lambda kit: kit.picture("BMP")),
    Good("BMP 1 bit", BMP, "", lambda kit: kit.picture("BMP", "1")),
    Good("BMP palette", BMP, "palette", lambda kit: kit.picture("BMP", "P")),
    Good(
        "BMP top row first",
        BMP,
        "",
        lambda kit: makers.bmp(1, -2, 24, bytes((1, 2, 3, 0, 10, 20, 30, 0))),
        lambda kit: np.array([[(3, 2, 1)], [(30, 20, 10)]], np.uint8),
    ),
    Good(
        "BMP alpha",
        BMP,
        "alpha",
        lambda kit: makers.bmp(2, 1, 32, bytes((1, 2, 3, 0, 1, 2, 3, 255)), compression=3, tail=makers.BMP_MASKS),
        row(BACKGROUND, (3, 2, 1)),
    ),
    Good(
        "BMP 32 bits, the fourth byte idle",
        BMP,
        "",
        lambda kit: makers.bmp(2, 1, 32, bytes((1, 2, 3, 0, 1, 2, 3, 255))),
        row((3, 2, 1), (3, 2, 1)),
    ),
    Good(
        "BMP run-length",
        BMP,
        "palette",
        lambda kit: makers.bmp(4, 1, 8, bytes((2, 9, 2, 5, 0, 0, 0, 1)), compression=1, tail=makers.BMP_PALETTE),
        row((9, 9, 246), (9, 9, 246), (5, 5, 250), (5, 5, 250)),
    ),
]

TIFFS = [
    *(
        Good(f"TIFF turned {turn}", TIFF, "", lambda kit, turn=turn: kit.picture("TIFF", tiffinfo={0x0112: turn}))
        for turn in range(1, 9)
    ),
    *(
        Good(f"TIFF {name}", TIFF, "", lambda kit, name=name: kit.picture("TIFF", compression=name))
        for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    ),
    Good("TIFF fax", TIFF, "", lambda kit: kit.picture("TIFF", "1", compression="group4")),
    Good("TIFF CMYK", TIFF, "cmyk", lambda kit: kit.picture("TIFF", "CMYK")),
    Good("TIFF YCbCr", TIFF, "", lambda kit: kit.picture("TIFF", "YCbCr")),
    Good("TIFF alpha", TIFF, "alpha", lambda kit: kit.saved(kit.translucent(), "TIFF")),
    Good("TIFF palette", TIFF, "palette", lambda kit: kit.picture("TIFF", "P")),
    Good("TIFF Lab", TIFF, "lab", lambda kit: makers.tiff((1, 1), 8, 8, bytes((200, 5, 250)), samples=3)),
    Good(
        "TIFF 12 bits",
        TIFF,
        "sixteen_bit",
        lambda kit: makers.tiff((2, 1), 12, 1, b"\xff\xf8\x00"),
        row(255, 128),
    ),
    Good(
        "TIFF 16 bits, white is 0",
        TIFF,
        "sixteen_bit",
        lambda kit: makers.tiff((2, 1), 16, 0, struct.pack("<2H", 65535, 256)),
        row(0, 254),
    ),
    Good(
        "TIFF 16 bits RGB",
        TIFF,
        "sixteen_bit",
        lambda kit: makers.tiff((1, 1), 16, 2, struct.pack("<3H", 65535, 32768, 256), samples=3),
        row((255, 128, 1)),
    ),
    Good("BigTIFF", TIFF, "", lambda kit: makers.big_tiff(np.arange(12, dtype=np.uint8).reshape(3, 4))),
]

JP2S = [
    Good("JPEG 2000", JP2, "", lambda kit: kit.picture("JPEG2000")),
    Good("JPEG 2000 bare", JP2, "", lambda kit: kit.picture("JPEG2000", no_jp2=True)),
    Good("JPEG 2000 lossy", JP2, "", lambda kit: kit.picture("JPEG2000", irreversible=True, quality_layers=[8])),
    Good("JPEG 2000 alpha", JP2, "alpha", lambda kit: kit.saved(kit.translucent(), "JPEG2000")),
    Good(
        "JPEG 2000 16 bits",
        JP2,
        "sixteen_bit",
        lambda kit: kit.saved(Pillow.fromarray(RAMP), "JPEG2000"),
        grey(RAMP >> 8),
    ),
]

ANIMATED = [
    Good("GIF animated", GIF, "animated palette", lambda kit: kit.frames("GIF")),
    Good("PNG animated", PNG, "animated", lambda kit: kit.frames("PNG")),
    Good("PNG animated, first apart", PNG, "animated", lambda kit: kit.frames("PNG", default_image=True)),
    Good("WebP animated", WEBP, "animated", lambda kit: kit.frames("WEBP")),
    Good("AVIF animated", AVIF, "animated", lambda kit: kit.frames("AVIF")),
    Good("TIFF of pages", TIFF, "animated", lambda kit: kit.frames("TIFF")),
]


def of_wide_gamut(form: str) -> Good:
    return Good(
        f"{form} of wide gamut",
        f"image/{form.lower()}",
        "icc",
        lambda kit: kit.picture(form, icc_profile=kit.wide_gamut),
    )


def from_wide_gamut(mode: str, jpeg: bool) -> Pixels:
    """The scene through the profile, where Pillow does not find that in the file or not for its mode."""

    def pixels(kit: Kit) -> np.ndarray:
        im = kit.scene(64, 40).convert(mode)
        if jpeg:
            im = Pillow.open(io.BytesIO(kit.saved(im, "JPEG")))
        source, target = ImageCms.ImageCmsProfile(io.BytesIO(kit.wide_gamut)), ImageCms.createProfile("sRGB")
        return np.asarray(ImageCms.profileToProfile(im.convert("RGB"), source, target))

    return pixels


PROFILED = [
    *(of_wide_gamut(form) for form in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")),
    kept("JPEG in sRGB", JPEG, lambda kit: kit.picture("JPEG", icc_profile=makers.srgb())),
    Good(
        "JPEG 2000 of wide gamut",
        JP2,
        "icc",
        lambda kit: makers.with_jp2_profile(kit.picture("JPEG2000"), kit.wide_gamut),
        from_wide_gamut("RGB", jpeg=False),
    ),
    Good(
        "JPEG grey, a profile for RGB",
        JPEG,
        "icc",
        lambda kit: kit.picture("JPEG", "L", icc_profile=kit.wide_gamut),
        from_wide_gamut("L", jpeg=True),
    ),
    Good("JPEG grey, linear", JPEG, "icc", lambda kit: kit.picture("JPEG", "L", icc_profile=kit.linear_grey)),
    Good(
        "PNG alpha of wide gamut",
        PNG,
        "icc alpha",
        lambda kit: kit.saved(kit.translucent(), "PNG", icc_profile=kit.wide_gamut),
    ),
    Good(
        "PNG palette of wide gamut",
        PNG,
        "palette icc",
        lambda kit: kit.picture("PNG", "P", icc_profile=kit.wide_gamut),
    ),
    Good("JPEG CMYK by inks", JPEG, "cmyk icc", lambda kit: kit.picture("JPEG", "CMYK", icc_profile=kit.grey_inks)),
    Good(
        "JPEG CMYK by inks, turned",
        JPEG,
        "cmyk icc exif",
        lambda kit: kit.picture("JPEG", "CMYK", icc_profile=kit.grey_inks, exif=kit.exif(6)),
    ),
    Good("JPEG, broken profile", JPEG, "icc", lambda kit: kit.picture("JPEG", icc_profile=b"?" * 99), plain),
]

ROWS = [
    *GIFS,
    *BMPS,
    *TIFFS,
    *JP2S,
    Good("AVIF alpha", AVIF, "alpha", lambda kit: kit.saved(kit.translucent(), "AVIF")),
    *ANIMATED,
    *PROFILED,
]
