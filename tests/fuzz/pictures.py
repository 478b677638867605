"""A small picture of every kind that the header code knows: where the fuzzers begin."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from tests.fuzz.containers import GREY_ALPHA, RGB, RGBA, bmp, clip, png
from tests.made_clips import made_clip

WIDTH, HEIGHT = 90, 70


@cache
def pictures() -> dict[str, bytes]:
    """Encoded pictures and clips by a name that says what they are. The same in every call."""
    return _jpegs() | _pngs() | _webps() | _tiffs() | _bmps() | _others() | _clips() | _refused()


def scene(mode: str = "RGB", seed: int = 0) -> Image.Image:
    """A smooth picture with some noise in it."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 4), np.uint8))
    smooth = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)).astype(int)
    noisy = Image.fromarray((smooth + rng.integers(-6, 7, smooth.shape)).clip(0, 255).astype(np.uint8))
    return noisy if mode == "RGBA" else noisy.convert("RGB").convert(mode)


def saved(im: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    im.save(buffer, form, **options)
    return buffer.getvalue()


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x010E] = "a description"
    tags[0x0112] = orientation
    return tags.tobytes()


def profile(space: Any = "sRGB") -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def _frames() -> dict[str, Any]:
    return {"save_all": True, "append_images": [scene(seed=1), scene(seed=2)]}


def _jpegs() -> dict[str, bytes]:
    return {
        "jpeg": saved(scene(), "JPEG"),
        "jpeg-444": saved(scene(), "JPEG", subsampling=0, quality=95),
        "jpeg-422-restarts": saved(scene(), "JPEG", subsampling=1, restart_marker_blocks=2),
        "jpeg-progressive": saved(scene(), "JPEG", progressive=True),
        "jpeg-optimized": saved(scene(), "JPEG", optimize=True),
        "jpeg-grey": saved(scene("L"), "JPEG"),
        "jpeg-cmyk": saved(scene("CMYK"), "JPEG"),
        "jpeg-cmyk-progressive": saved(scene("CMYK"), "JPEG", progressive=True),
        "jpeg-exif": saved(scene(), "JPEG", exif=exif(6)),
        "jpeg-icc": saved(scene(), "JPEG", icc_profile=profile()),
        "jpeg-icc-lab": saved(scene("L"), "JPEG", icc_profile=profile("LAB"), exif=exif(3)),
        "jpeg-comment": saved(scene(), "JPEG", comment=b"a comment", dpi=(300, 300)),
        "mpo": saved(scene(), "MPO", **_frames()),
    }


def _pngs() -> dict[str, bytes]:
    rgba = np.asarray(scene("RGBA"))
    wide = rgba.astype(np.uint16) * 257
    clear = (b"tRNS", struct.pack(">3H", *wide[0, 0, :3]))
    return {
        "png": saved(scene(), "PNG"),
        "png-alpha": saved(scene("RGBA"), "PNG"),
        "png-grey": saved(scene("L"), "PNG"),
        "png-grey-alpha": saved(scene("LA"), "PNG"),
        "png-1-bit": saved(scene("1"), "PNG"),
        "png-palette": saved(scene("P"), "PNG"),
        "png-palette-4-bit": saved(scene().quantize(13), "PNG", bits=4, transparency=3),
        "png-16-bit-grey": saved(Image.fromarray(wide[..., 0]), "PNG"),
        "png-16-bit": png(wide[..., :3], RGB, before_data=[clear]),
        "png-16-bit-alpha": png(wide, RGBA),
        "png-interlaced": png(rgba[..., :3], RGB, interlaced=True),
        "png-interlaced-16-bit": png(wide[..., :2], GREY_ALPHA, interlaced=True),
        "png-exif": saved(scene(), "PNG", exif=exif(8)),
        "png-icc": saved(scene(), "PNG", icc_profile=profile()),
        "apng": saved(scene(), "PNG", **_frames()),
    }


def _webps() -> dict[str, bytes]:
    return {
        "webp": saved(scene(), "WEBP"),
        "webp-lossless": saved(scene(), "WEBP", lossless=True),
        "webp-alpha": saved(scene("RGBA"), "WEBP"),
        "webp-lossless-alpha": saved(scene("RGBA"), "WEBP", lossless=True),
        "webp-exif-icc": saved(scene(), "WEBP", exif=exif(5), icc_profile=profile()),
        "webp-animated": saved(scene(), "WEBP", **_frames()),
        "webp-animated-alpha": saved(scene("RGBA"), "WEBP", lossless=True, **_frames()),
    }


def _tiffs() -> dict[str, bytes]:
    wide = Image.fromarray(np.asarray(scene("L")).astype(np.uint16) * 257)
    return {
        "tiff": saved(scene(), "TIFF"),
        "tiff-lzw": saved(scene(), "TIFF", compression="tiff_lzw"),
        "tiff-deflate": saved(scene("RGBA"), "TIFF", compression="tiff_adobe_deflate"),
        "tiff-jpeg": saved(scene(), "TIFF", compression="jpeg"),
        "tiff-packbits": saved(scene("P"), "TIFF", compression="packbits"),
        "tiff-fax": saved(scene("1"), "TIFF", compression="group4"),
        "tiff-fax-3": saved(scene("1"), "TIFF", compression="group3"),
        "tiff-16-bit": saved(wide, "TIFF", compression="tiff_lzw"),
        "tiff-cmyk": saved(scene("CMYK"), "TIFF", compression="tiff_lzw"),
        "tiff-lab": saved(scene("LAB"), "TIFF"),
        "tiff-float": saved(scene("F"), "TIFF"),
        "tiff-exif-icc": saved(scene(), "TIFF", exif=exif(7), icc_profile=profile()),
        "tiff-pages": saved(scene(), "TIFF", compression="tiff_lzw", **_frames()),
        "tiff-big": saved(scene(), "TIFF", big_tiff=True),
    }


def _bmps() -> dict[str, bytes]:
    grey = b"".join(bytes((value, value, value, 0)) for value in range(256))
    runs = b"".join(bytes((8, value)) for value in range(0, 80, 10)) + b"\0\0"
    literal = b"\0\5abcde\0" + b"\0\2\3\1" + b"\4\x80" + b"\0\0"
    return {
        "bmp": saved(scene(), "BMP"),
        "bmp-palette": saved(scene("P"), "BMP"),
        "bmp-1-bit": saved(scene("1"), "BMP"),
        "bmp-alpha": saved(scene("RGBA"), "BMP"),
        "bmp-top-down": bmp(4, -3, 24, 0, b"", bytes(range(36))),
        "bmp-rle": bmp(64, 10, 8, 1, grey, runs * 4 + literal * 3 + runs * 3 + b"\0\1"),
        "bmp-rle-4": bmp(64, 8, 4, 2, grey[:64], runs * 8 + b"\0\1"),
    }


def _others() -> dict[str, bytes]:
    rgba = scene("RGBA")
    return {
        "gif": saved(scene("P"), "GIF"),
        "gif-transparent": saved(scene().quantize(15), "GIF", transparency=3, interlace=0),
        "gif-animated": saved(scene(), "GIF", duration=40, loop=0, disposal=2, comment=b"frames", **_frames()),
        "avif": saved(scene(), "AVIF", speed=10),
        "avif-alpha": saved(rgba, "AVIF", speed=10, exif=exif(6)),
        "avif-icc-444": saved(scene(), "AVIF", speed=10, subsampling="4:4:4", icc_profile=profile()),
        "avif-animated": saved(scene(), "AVIF", speed=10, **_frames()),
        "jp2": saved(scene(), "JPEG2000", irreversible=True, quality_layers=[20]),
        "jp2-alpha": saved(rgba, "JPEG2000"),
        "jp2-tiles": saved(scene("L"), "JPEG2000", tile_size=(32, 32), num_resolutions=3),
        "j2k": saved(scene(), "JPEG2000", no_jp2=True, progression="RPCL"),
    }


def _clips() -> dict[str, bytes]:
    return {
        "mp4": clip(b"mp42", 640, 360),
        "mp4-turned": clip(b"isom", 640, 360, turned=True),
        "quicktime": clip(b"qt  ", 320, 240),
        "webm": made_clip("webm", "libvpx", times=range(0, 200, 40)),
        "matroska": made_clip("matroska", times=range(0, 200, 40)),
    }


def _refused() -> dict[str, bytes]:
    """Known, and not decoded; or not known at all."""
    return {
        "heic": clip(b"heic", 64, 64),
        "jxl": b"\xff\x0a" + bytes(range(64)),
        "ico": saved(scene(), "ICO", sizes=[(16, 16)]),
        "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        "html": b"<!DOCTYPE html><html><body>gone</body></html>",
        "avi": b"RIFF" + struct.pack("<I", 68) + b"AVI " + bytes(64),
    }
