"""Resizers that could serve the decode stage, from numpy's pixels to numpy's pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec

import cykooz_resizer as cykooz
import numpy as np
from PIL import Image

Pixels = np.ndarray
"""uint8, rows x columns x channels."""


@dataclass(frozen=True)
class Resizer:
    """``run(pixels, (width, height))``, for contiguous pixels of 3 channels (RGB) or 4 (RGBX)."""

    name: str
    channels: int
    run: Callable[[Pixels, tuple[int, int]], Pixels]

    def fed(self, rgb: Pixels) -> Pixels:
        """RGB pixels as it takes them."""
        return rgb if self.channels == 3 else np.ascontiguousarray(np.pad(rgb, ((0, 0), (0, 0), (0, 1))))


def known() -> tuple[Resizer, ...]:
    """The exact one first, the chosen one second; those of OpenCV only where it is installed."""
    found = (
        Resizer("Pillow, bicubic (exact)", 3, pillow),
        Resizer("cykooz, RGBX in place (fast)", 4, cykooz_in_place),
        Resizer("cykooz, RGBX copied", 4, partial(cykooz_copied, kind=cykooz.PixelType.U8x4)),
        Resizer("cykooz, RGB copied", 3, partial(cykooz_copied, kind=cykooz.PixelType.U8x3)),
        Resizer("cykooz, in place, 2 threads", 4, partial(cykooz_in_place, threads=2)),
        Resizer("cykooz, in place, bilinear", 4, partial(cykooz_in_place, kind=cykooz.FilterType.bilinear)),
        Resizer("cykooz, in place, fixed width", 4, partial(cykooz_in_place, fixed=True)),
    )
    if not find_spec("cv2"):
        return found
    return (
        *found,
        Resizer("OpenCV, area", 3, partial(opencv, shrinking="INTER_AREA", growing="INTER_AREA")),
        Resizer("OpenCV, cubic", 4, partial(opencv, shrinking="INTER_CUBIC", growing="INTER_CUBIC")),
        Resizer("OpenCV, area or cubic", 3, partial(opencv, shrinking="INTER_AREA", growing="INTER_CUBIC")),
    )


def pillow(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize(size))


def cykooz_in_place(
    pixels: Pixels,
    size: tuple[int, int],
    *,
    kind: cykooz.FilterType = cykooz.FilterType.catmull_rom,
    fixed: bool = False,
    threads: int = 0,
) -> Pixels:
    """It reads from and writes to numpy's memory. ``fixed`` does not widen the filter when shrinking."""
    result = np.empty((size[1], size[0], 4), np.uint8)
    options = cykooz.ResizeOptions(cykooz.ResizeAlg.convolution(kind), use_alpha=False)
    if fixed:
        fixed_width = cykooz.Algorithm.interpolation.value
        options.rust_options = options.rust_options.set_resize_alg(fixed_width, kind.value, 2)
    if threads:
        options.thread_pool = _pool(threads)
    cykooz.Resizer().resize_pil(shared(pixels), shared(result), options)
    return result


def cykooz_copied(pixels: Pixels, size: tuple[int, int], *, kind: cykooz.PixelType) -> Pixels:
    source = cykooz.ImageData(pixels.shape[1], pixels.shape[0], kind, pixels.tobytes())
    target = cykooz.ImageData(*size, kind)
    options = cykooz.ResizeOptions(cykooz.ResizeAlg.convolution(cykooz.FilterType.catmull_rom), use_alpha=False)
    cykooz.Resizer().resize(source, target, options)
    return np.frombuffer(target.get_buffer(), np.uint8).reshape(size[1], size[0], -1)


def opencv(pixels: Pixels, size: tuple[int, int], *, shrinking: str, growing: str) -> Pixels:
    import cv2

    cv2.setNumThreads(1)
    shrinks = size[0] < pixels.shape[1] or size[1] < pixels.shape[0]
    result: Pixels = cv2.resize(pixels, size, interpolation=getattr(cv2, shrinking if shrinks else growing))
    return result


def shared(pixels: Pixels) -> Image.Image:
    """A Pillow image upon the memory of contiguous RGBX pixels."""
    return Image.frombuffer("CMYK", (pixels.shape[1], pixels.shape[0]), pixels, "raw", "CMYK", 0, 1)


@cache
def _pool(threads: int) -> cykooz.ResizerThreadPool:
    return cykooz.ResizerThreadPool(threads)
