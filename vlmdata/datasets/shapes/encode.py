"""Pictures as files: common formats, odd ones that must be converted, bad ones that must be dropped."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

from vlmdata.datasets.shapes.canvas import Canvas
from vlmdata.datasets.shapes.deck import Card, Odd
from vlmdata.datasets.shapes.dice import Dice

if TYPE_CHECKING:
    from PIL import Image

#: Encoded bytes, and the extension that fits them (or, for a web page, the one it claims).
File = tuple[bytes, str]

_ORIENTATION_TAG = 0x0112
_PAGE = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"


def encoded(dice: Dice, canvas: Canvas, card: Card) -> File:
    """The canvas as the file that ``card`` asks for."""
    if card.bad == "empty":
        return b"", "jpg"
    if card.bad == "html":
        return _PAGE, "jpg"
    if card.bad == "truncated":
        whole = _jpeg(dice, canvas.image)
        return whole[: len(whole) * dice.between(50, 70) // 100], "jpg"
    if card.odd:
        return _ODD[card.odd](dice, canvas)
    return _ordinary(dice, canvas.image.convert("L") if canvas.gray and dice.chance(0.5) else canvas.image)


def _ordinary(dice: Dice, image: Image.Image) -> File:
    """Seven of ten JPEG, two PNG, one WebP."""
    place = dice.unit()
    if place < 0.7:
        return _jpeg(dice, image), "jpg"
    if place < 0.9:
        return _saved(image, "PNG", compress_level=1), "png"
    return _saved(image, "WEBP", quality=90, method=0), "webp"


def _saved(image: Image.Image, format: str, **options: object) -> bytes:  # noqa: A002
    buffer = BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def _jpeg(dice: Dice, image: Image.Image, **options: object) -> bytes:
    """At 85 to 95, half of them with halved chroma, some progressive."""
    quality, halved = dice.pick((85, 90, 95)), dice.chance(0.5)
    progressive = dice.chance(0.15)
    return _saved(image, "JPEG", quality=quality, subsampling=2 if halved else 0, progressive=progressive, **options)


def _exif(dice: Dice, canvas: Canvas) -> File:
    """Stored turned or mirrored, with the EXIF orientation (2 to 8) that shows it upright again."""
    from PIL import Image

    turn = Image.Transpose
    undone_by = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    orientation = dice.between(2, 8)
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = orientation
    return _jpeg(dice, canvas.image.transpose(undone_by[orientation]), exif=exif.tobytes()), "jpg"


def _cmyk(dice: Dice, canvas: Canvas) -> File:
    """Pillow's plain conversion (C = 255 - R …, K = 0), no profile."""
    return _saved(canvas.image.convert("CMYK"), "JPEG", quality=95), "jpg"


def _sixteen_bit(dice: Dice, canvas: Canvas) -> File:
    return png16(canvas.image.convert("L") if canvas.gray else canvas.image), "png"


def _alpha(dice: Dice, canvas: Canvas) -> File:
    """The background is fully transparent and keeps its texture underneath, which must not show."""
    image = canvas.image.convert("RGBA")
    image.putalpha(canvas.cover.point([0] + [255] * 255))
    return _saved(image, "PNG", compress_level=1), "png"


def _paletted(image: Image.Image) -> Image.Image:
    from PIL import Image

    return image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _palette(dice: Dice, canvas: Canvas) -> File:
    return _saved(_paletted(canvas.image), "PNG", compress_level=1), "png"


def _animated(dice: Dice, canvas: Canvas) -> File:
    """GIF or WebP whose second frame is the mirror image of the first, which is the one described."""
    from PIL import Image

    as_gif = dice.chance(0.5)
    first = _paletted(canvas.image) if as_gif else canvas.image
    then = [first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    if as_gif:
        return _saved(first, "GIF", save_all=True, append_images=then, duration=400, loop=0), "gif"
    # kmax 1: each frame stands for itself. Otherwise the second is a transparent patch, and the file declares alpha.
    timing = {"duration": 400, "loop": 0, "kmin": 0, "kmax": 1}
    return _saved(first, "WEBP", save_all=True, append_images=then, quality=90, method=0, **timing), "webp"


_ODD: dict[Odd, Callable[[Dice, Canvas], File]] = {
    "exif": _exif,
    "cmyk": _cmyk,
    "sixteen_bit": _sixteen_bit,
    "alpha": _alpha,
    "palette": _palette,
    "animated": _animated,
}


def png16(image: Image.Image) -> bytes:
    """An RGB or L image as a PNG of 16 bits per channel, which Pillow does not write in color.

    A value ``v`` becomes ``257 * v``: its byte twice. PNG specification, third edition, section 11.
    """
    values = image.tobytes()
    pixels = bytearray(2 * len(values))
    pixels[0::2] = pixels[1::2] = values
    row = len(pixels) // image.height
    lines = b"".join(b"\0" + pixels[start : start + row] for start in range(0, len(pixels), row))
    color_type = 2 if image.mode == "RGB" else 0
    header = struct.pack(">IIBBBBB", image.width, image.height, 16, color_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def codec_versions() -> str:
    """Versions of the libraries that decide the bytes of a picture."""
    import PIL
    from PIL import features

    names = ("jpg", "libjpeg_turbo", "zlib", "webp", "freetype2")
    return " ".join([f"pillow {PIL.__version__}", *(f"{name} {features.version(name)}" for name in names)])
