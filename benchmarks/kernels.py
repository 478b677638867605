"""Decode, resize, encode in a loop: what the reference recipe costs at least, with the best kernels there are.

``python -m benchmarks.kernels [--photographs DIR] [--pictures N] [--rounds N] [--plate FILE]`` measures what those are
(minutes; ``docs/kernels.md``). OpenCV takes part where it is installed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path

import cykooz_resizer as cykooz
import numpy as np
import simplejpeg
from PIL import Image

from benchmarks.by_hand import PINPOINTS, TILE, merit
from benchmarks.measure import keep_freed_memory

Pixels = np.ndarray
Size = tuple[int, int]
"""Width, height."""

LEAST_SIDE, MOST_ASPECT = 200, 3
_ENOUGH = 1.5
_CUBIC = cykooz.ResizeAlg.convolution(cykooz.FilterType.catmull_rom)


def bare_loop(paths: Iterable[str | Path], quality: int, fidelity: str = "fast") -> int:
    """The reference plan by hand, picture by picture; how many views were encoded.

    Each picture with sides of 200 pixels and an aspect of 3 or better is decoded, made LLaVA-NeXT's views of, and
    these are encoded as JPEG. Boxes, shards, hashes, records, orientation, profiles and proofs of the input are left
    out. ``exact`` resizes with Pillow.
    """
    keep_freed_memory()
    count = 0
    for path in paths:
        data = Path(path).read_bytes()
        size, chroma = _header(data)
        if min(size) >= LEAST_SIDE and max(size) <= MOST_ASPECT * min(size):
            for view in _views(data, size, fidelity):
                simplejpeg.encode_jpeg(view, quality, "RGBX" if view.shape[2] == 4 else "RGB", chroma)
                count += 1
    return count


def _views(data: bytes, size: Size, fidelity: str) -> Iterator[Pixels]:
    canvas = max(PINPOINTS, key=lambda canvas: merit(size, canvas))
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    fitted = min(ceil(size[0] * scale), canvas[0]), min(ceil(size[1] * scale), canvas[1])
    pixels, part = _decoded(data, size, (max(fitted[0], TILE), max(fitted[1], TILE)), fidelity)
    whole = np.zeros((canvas[1], canvas[0], pixels.shape[2]), np.uint8)
    left, top = (canvas[0] - fitted[0]) // 2, (canvas[1] - fitted[1]) // 2
    inner = whole[top : top + fitted[1], left : left + fitted[0]]
    _resize(pixels, inner, part)
    smaller = min(fitted) >= _ENOUGH * TILE and inner.size < pixels.size and fidelity == "fast"
    squashed = np.empty((TILE, TILE, pixels.shape[2]), np.uint8)
    if smaller:
        _resize(inner, squashed, (inner.shape[1], inner.shape[0]))
    else:
        _resize(pixels, squashed, part)
    yield squashed
    for y in range(0, canvas[1], TILE):
        for x in range(0, canvas[0], TILE):
            yield whole[y : y + TILE, x : x + TILE]


def _header(data: bytes) -> tuple[Size, str]:
    if simplejpeg.is_jpeg(data):
        height, width, _, chroma = simplejpeg.decode_jpeg_header(data)
        return (width, height), "444" if chroma in {"444", "Gray"} else "420"
    with Image.open(io.BytesIO(data)) as im:
        return im.size, "444"


def _decoded(data: bytes, size: Size, least: Size, fidelity: str) -> tuple[Pixels, tuple[float, float]]:
    """Pixels, and how much of them the picture covers: at reduced scale the last row and column may reach over it."""
    fast = fidelity == "fast"
    if not simplejpeg.is_jpeg(data):
        with Image.open(io.BytesIO(data)) as im:
            pixels = np.asarray(im.convert("RGB"))
        if fast:
            rgb, pixels = pixels, np.zeros((size[1], size[0], 4), np.uint8)
            for channel in range(3):
                pixels[..., channel] = rgb[..., channel]
        return pixels, size
    fits = (n for n in (8, 4, 2) if fast and least[0] * n <= size[0] and least[1] * n <= size[1])
    scale = next(fits, 1)
    small = {"min_width": -(-size[0] // scale), "min_height": -(-size[1] // scale), "min_factor": scale}
    space = "RGBX" if fast else "RGB"
    try:
        decoded: Pixels = simplejpeg.decode_jpeg(data, space, **small)
    except ValueError:
        decoded = simplejpeg.decode_jpeg(data, space, strict=False, **small)
    return decoded, (size[0] / scale, size[1] / scale)


def _resize(source: Pixels, target: Pixels, part: tuple[float, float]) -> None:
    """From memory to memory; by Pillow where they are RGB."""
    if source.shape[2] == 4:
        options = cykooz.ResizeOptions(_CUBIC, use_alpha=False, crop_box=cykooz.CropBox(0, 0, *part))
        cykooz.Resizer().resize_pil(_shared(source), _shared(target), options)
    else:
        target[:] = np.asarray(Image.fromarray(source).resize((target.shape[1], target.shape[0])))


def _shared(pixels: Pixels) -> Image.Image:
    (height, width), stride = pixels.shape[:2], pixels.strides[0]
    memory = np.lib.stride_tricks.as_strided(pixels, (height * stride,), (1,))
    return Image.frombuffer("CMYK", (width, height), memory, "raw", "CMYK", stride, 1)


if __name__ == "__main__":
    from benchmarks.kernel_tables import main

    main()
