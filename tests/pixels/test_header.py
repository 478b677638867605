from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image as Pillow

from vlmdata.errors import BadRecord
from vlmdata.pixels import MAX_PIXELS, read_header
from vlmdata.types import Size
from vlmdata.types.media import extension_of


def reason(data: bytes, **options: int) -> str:
    with pytest.raises(BadRecord) as bad:
        read_header(data, **options)
    assert bad.value.detail
    return bad.value.reason


@pytest.mark.parametrize(
    ("form", "media_type", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("GIF", "image/gif", "gif"),
        ("BMP", "image/bmp", "bmp"),
        ("TIFF", "image/tiff", "tif"),
        ("AVIF", "image/avif", "avif"),
        ("JPEG2000", "image/jp2", "jp2"),
    ],
)
def test_format_and_size_come_from_the_bytes(form, media_type, extension, scene, saved):
    header = read_header(saved(scene(161, 119), form))
    assert (header.media_type, header.size) == (media_type, Size(161, 119))
    assert extension_of(header.media_type) == extension


def test_extension_of_clips():
    assert [extension_of("video/mp4"), extension_of("video/quicktime")] == ["mp4", "mov"]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_size_is_as_shown(form, orientation, scene, saved, exif):
    header = read_header(saved(scene(160, 120), form, exif=exif(orientation)))
    assert header.size == (Size(120, 160) if orientation >= 5 else Size(160, 120))
    assert (header.orientation, header.stored) == (orientation, Size(160, 120))


def test_tiff_is_turned_by_its_own_tag(scene, saved):
    header = read_header(saved(scene(160, 120), "TIFF", tiffinfo={0x0112: 6}))
    assert (header.size, header.orientation) == (Size(120, 160), 1)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    ],
)
def test_a_broken_exif_block_turns_nothing(block, scene, saved):
    assert read_header(saved(scene(), "JPEG", exif=block)).orientation == 1


@pytest.mark.parametrize(
    ("mode", "colour", "depth", "alpha"),
    [
        ("RGB", "rgb", 8, False),
        ("L", "grey", 8, False),
        ("1", "grey", 1, False),
        ("LA", "grey", 8, True),
        ("RGBA", "rgb", 8, True),
        ("P", "palette", 8, False),
        ("I;16", "grey", 16, False),
    ],
)
def test_png_colours(mode, colour, depth, alpha, saved):
    header = read_header(saved(Pillow.new(mode, (300, 20)), "PNG"))
    assert (header.colour, header.depth, header.alpha) == (colour, depth, alpha)


def test_transparent_colour_counts_as_alpha(saved):
    assert read_header(saved(Pillow.new("RGB", (4, 4)), "PNG", transparency=(0, 0, 0))).alpha
    assert read_header(saved(Pillow.new("P", (4, 4)), "PNG", transparency=0)).alpha


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_alpha(mode, lossless, scene, saved):
    im = scene().convert(mode)
    if mode == "RGBA":
        im.putalpha(99)
    assert read_header(saved(im, "WEBP", lossless=lossless)).alpha == (mode == "RGBA")


@pytest.mark.parametrize(("subsampling", "expected"), [(0, False), (1, True), (2, True)])
def test_jpeg_chroma(subsampling, expected, scene, saved):
    assert read_header(saved(scene(), "JPEG", subsampling=subsampling)).subsampled == expected


def test_profiles_are_found(scene, saved, wide_gamut):
    large = wide_gamut + bytes(150_000)
    assert read_header(saved(scene(), "JPEG", icc_profile=large)).icc == large
    for form in ("PNG", "WEBP", "TIFF"):
        assert read_header(saved(scene(), form, icc_profile=wide_gamut)).icc == wide_gamut
    assert read_header(saved(scene(), "JPEG")).icc is None


def test_clip_header(clip):
    header = read_header(clip)
    assert (header.media_type, header.is_clip) == ("video/mp4", True)
    assert header.size == Size(398, 224)
    assert reason(clip[: len(clip) // 2]) == "truncated"


def test_clip_rotation_is_counted_in(clip):
    at = clip.index(b"tkhd") + 4 + 40
    turned = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    assert read_header(clip[:at] + turned + clip[at + 36 :]).size == Size(224, 398)


def test_clip_without_a_picture_is_corrupt(clip):
    assert reason(clip.replace(b"tkhd", b"free")) == "corrupt"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><head><title>404</title></head></html>", "not_an_image"),
        (b"<html><body><svg/></body></html>", "not_an_image"),
        (b"the free text of a caption", "not_an_image"),
        (b"\0" * 100, "not_an_image"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported_format"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"\x1a\x45\xdf\xa3matroska", "truncated"),
        (b"\xff\xd8\xff", "truncated"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "truncated"),
        (b"\xff\xd8\xff\xd9", "corrupt"),
        (b"\x89PNG\r\n\x1a\n\0\0", "truncated"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "corrupt"),
        (b"RIFF\x04\0\0\0WEBP", "corrupt"),
        (b"RIFF\xff\0\0\0WEBPVP8 ", "truncated"),
        (b"GIF89a", "truncated"),
        (b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x03moov", "corrupt"),
    ],
)
def test_reasons(data, expected):
    assert reason(data) == expected


def test_a_bomb_is_refused_by_its_declared_size(saved):
    ihdr = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + ihdr + struct.pack(">I", zlib.crc32(b"IHDR" + ihdr))
    assert reason(b"\x89PNG\r\n\x1a\n" + chunk) == "bomb"
    gif = saved(Pillow.new("P", (8, 8)), "GIF")
    assert reason(gif[:6] + struct.pack("<HH", 60_000, 60_000) + gif[10:]) == "bomb"
    small = saved(Pillow.new("RGB", (100, 10)), "PNG")
    assert reason(small, max_pixels=999) == "bomb"
    assert read_header(small, max_pixels=1000).size.area == 1000
    assert MAX_PIXELS == 89_478_485


def test_floating_point_pixels_are_refused(saved):
    assert reason(saved(Pillow.new("F", (8, 8), 0.5), "TIFF")) == "unsupported_format"


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_frames_are_counted(form, scene, saved):
    first, *rest = (scene(40, 30, seed) for seed in range(4))
    still, moving = saved(first, form), saved(first, form, save_all=True, append_images=rest)
    assert (read_header(still).frames, read_header(still).animated) == (1, False)
    assert (read_header(moving).frames, read_header(moving).animated) == (4, True)
    assert [read_header(moving, frame=number).frame for number in range(4)] == [0, 1, 2, 3]


def test_a_frame_that_is_not_there_is_corrupt(scene, saved):
    data = saved(scene(), "GIF", save_all=True, append_images=[scene(seed=1)])
    for form in ("JPEG", "GIF", "TIFF"):
        assert reason(saved(scene(), form), frame=1) == "corrupt"
    assert reason(data, frame=2) == reason(data, frame=-1) == "corrupt"


def test_pages_of_a_tiff_each_have_a_header(saved):
    pages = [Pillow.new("RGB", (30, 20)), Pillow.new("L", (8, 9)), Pillow.new("F", (8, 9))]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    headers = [read_header(data, frame=number) for number in (0, 1)]
    assert [(header.size, header.colour, header.frames) for header in headers] == [
        (Size(30, 20), "rgb", 3),
        (Size(8, 9), "grey", 3),
    ]
    assert reason(data, frame=2) == "unsupported_format"


@pytest.mark.parametrize(
    ("options", "process"), [({}, "baseline"), ({"quality": 100}, "baseline"), ({"progressive": True}, "progressive")]
)
def test_how_a_jpeg_is_coded(options, process, scene, saved):
    assert read_header(saved(scene(), "JPEG", **options)).process == process


@pytest.mark.parametrize("stray", [b"\0", b"\0\0\0", b"\xff"])
def test_a_gif_may_hold_stray_bytes_between_blocks(stray, scene, saved):
    data = saved(scene(), "GIF")
    assert read_header(data[:-1] + stray + data[-1:]).frames == 1
