"""As ``published``, for models of a square or of one canvas: PaliGemma, Gemma, Pixtral, Llama, Molmo, DeepSeek."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from tests.models.tiling.published import Op, Published, best_resolution

# transformers: paligemma, gemma3


def paligemma_2(width: int, height: int, images: int) -> Published:
    return Published((224, 224), (1, 1), 256, ((("resize", 224, 224, "bicubic"),),))


def gemma_3(width: int, height: int, images: int, *, pan_and_scan: bool = False) -> Published:
    to: Op = ("resize", 896, 896, "bilinear")
    if not pan_and_scan:
        return Published((896, 896), (1, 1), 256, ((to,),))
    crops, grid = pan_and_scan_crops(width, height)
    views = ((to,), *((crop, to) for crop in crops))
    return Published((896, 896), grid, 256 * len(views), views)


def pan_and_scan_crops(width: int, height: int) -> tuple[list[Op], tuple[int, int]]:
    min_crop_size, max_num_crops, min_ratio = 256, 4, 1.2
    if width >= height:
        if width / height < min_ratio:
            return [], (1, 1)
        num_crops_w = math.floor(width / height + 0.5)
        num_crops_w = min(math.floor(width / min_crop_size), num_crops_w)
        num_crops_w = min(max_num_crops, max(2, num_crops_w))
        num_crops_h = 1
    else:
        if height / width < min_ratio:
            return [], (1, 1)
        num_crops_h = math.floor(height / width + 0.5)
        num_crops_h = min(math.floor(height / min_crop_size), num_crops_h)
        num_crops_h = min(max_num_crops, max(2, num_crops_h))
        num_crops_w = 1
    crop_w, crop_h = math.ceil(width / num_crops_w), math.ceil(height / num_crops_h)
    if min(crop_w, crop_h) < min_crop_size:
        return [], (1, 1)
    at_w, at_h = [crop_w * i for i in range(num_crops_w)], [crop_h * i for i in range(num_crops_h)]
    # Slices of an array end where it ends.
    return [
        ("crop", x, y, min(x + crop_w, width), min(y + crop_h, height)) for y, x in itertools.product(at_h, at_w)
    ], (num_crops_w, num_crops_h)


# transformers: pixtral


def pixtral(width: int, height: int, images: int) -> Published | None:
    ratio = max(height / 1024, width / 1024)
    if ratio > 1:
        height, width = math.floor(height / ratio), math.floor(width / ratio)
    tokens_w, tokens_h = (width - 1) // 16 + 1, (height - 1) // 16 + 1
    if not tokens_w or not tokens_h:
        return None
    to: Op = ("resize", tokens_w * 16, tokens_h * 16, "bicubic")
    return Published((tokens_w * 16, tokens_h * 16), (1, 1), (tokens_w + 1) * tokens_h, ((to,),))


# transformers: mllama


def llama_32_vision(width: int, height: int, images: int, *, tile: int = 560) -> Published:
    arrangements = [(a, b) for a in range(1, 5) for b in range(1, 5) if a * b <= 4]
    canvases = np.array(arrangements) * tile
    scale_h, scale_w = canvases[:, 0] / height, canvases[:, 1] / width
    scales = np.where(scale_w > scale_h, scale_h, scale_w)
    up = scales[scales >= 1]
    selected = np.min(up) if len(up) else np.max(scales[scales < 1])
    chosen = canvases[scales == selected]
    canvas_h, canvas_w = (int(side) for side in chosen[np.argmin(chosen[:, 0] * chosen[:, 1])])
    target_w, target_h = int(np.clip(width, tile, canvas_w)), int(np.clip(height, tile, canvas_h))
    by_h, by_w = target_h / height, target_w / width
    if by_w < by_h:
        new_w, new_h = target_w, min(math.floor(height * by_w) or 1, target_h)
    else:
        new_h, new_w = target_h, min(math.floor(width * by_h) or 1, target_w)
    made: list[Op] = [("resize", new_w, new_h, "bilinear")]
    if (new_w, new_h) != (canvas_w, canvas_h):
        made.append(("pad", canvas_w, canvas_h, 0, 0, (0, 0, 0)))
    columns, rows = canvas_w // tile, canvas_h // tile
    if columns == rows == 1:
        return Published((new_w, new_h), (1, 1), 1, (tuple(made),))
    cells = [(x * tile, y * tile) for y in range(rows) for x in range(columns)]
    views = tuple((*made, ("crop", x, y, x + tile, y + tile)) for x, y in cells)
    return Published((new_w, new_h), (columns, rows), 1, views)


# Molmo: image_preprocessing_molmo.py


def molmo_pad(width: int, height: int, canvas: tuple[int, int]) -> tuple[list[Op], tuple[int, int]] | None:
    scale = min(canvas[0] / width, canvas[1] / height)
    scaled_h, scaled_w = int(height * scale), int(width * scale)
    if not scaled_h or not scaled_w:
        return None
    made: list[Op] = [("resize", scaled_w, scaled_h, "bilinear")]
    if (scaled_w, scaled_h) != canvas:
        left, top = (canvas[0] - scaled_w) // 2, (canvas[1] - scaled_h) // 2
        made.append(("pad", canvas[0], canvas[1], left, top, (0, 0, 0)))
    return made, (scaled_w, scaled_h)


def molmo_tiling(width: int, height: int, window: int, max_crops: int) -> tuple[int, int]:
    """Rows and columns, in single precision as there."""
    tilings = [(i, j) for i in range(1, max_crops + 1) for j in range(1, max_crops + 1) if i * j <= max_crops]
    tilings.sort(key=lambda x: (x[0] * x[1], x[0]))
    candidates = np.array(tilings, dtype=np.int32)
    with np.errstate(divide="ignore"):
        scales = (candidates * window).astype(np.float32) / np.array([height, width], dtype=np.float32)
    required = np.min(scales, axis=-1)
    if np.all(required < 1):
        index = np.argmax(required)
    else:
        index = np.argmin(np.where(required < 1.0, 10e9, required))
    return tilings[int(index)]


def molmo(width: int, height: int, images: int) -> Published | None:
    patch, crop_size, margin = 14, 336, 4
    margin_pixels = patch * (margin + margin)
    window_patches = crop_size // patch - (margin + margin)
    window = window_patches * patch
    rows, columns = molmo_tiling(width - margin_pixels, height - margin_pixels, window, 12)
    large = molmo_pad(width, height, (columns * window + margin_pixels, rows * window + margin_pixels))
    small = molmo_pad(width, height, (crop_size, crop_size))
    if large is None or small is None:
        return None
    corners = [(x * window, y * window) for y in range(rows) for x in range(columns)]
    crops = [(*large[0], ("crop", x, y, x + crop_size, y + crop_size)) for x, y in corners]
    h, w = rows * window_patches + 2 * margin, columns * window_patches + 2 * margin
    joint = ((w + 1) // 2 + 1) * ((h + 1) // 2)
    return Published(large[1], (columns, rows), (12 + 1) * 12 + joint, (tuple(small[0]), *crops))


# DeepSeek-VL2: deepseek_vl2/models/processing_deepseek_vl_v2.py, Pillow's ImageOps.pad

CANDIDATES = [(m * 384, n * 384) for n in range(1, 10) for m in range(1, 10) if m * n <= 9]


def image_ops_pad(width: int, height: int, canvas: tuple[int, int]) -> tuple[list[Op], tuple[int, int]] | None:
    size = canvas
    ratio, wanted = width / height, canvas[0] / canvas[1]
    if ratio != wanted:
        if ratio > wanted:
            size = (canvas[0], round(height / width * canvas[0]))
        else:
            size = (round(width / height * canvas[1]), canvas[1])
    if min(size) == 0:
        return None
    made: list[Op] = [("resize", *size, "bicubic")]
    if size != canvas:
        if size[0] != canvas[0]:
            left, top = round((canvas[0] - size[0]) * 0.5), 0
        else:
            left, top = 0, round((canvas[1] - size[1]) * 0.5)
        made.append(("pad", *canvas, left, top, (127, 127, 127)))
    return made, size


def deepseek_vl2(width: int, height: int, images: int) -> Published | None:
    best_w, best_h = best_resolution(width, height, CANDIDATES) if images <= 2 else (384, 384)
    small, large = image_ops_pad(width, height, (384, 384)), image_ops_pad(width, height, (best_w, best_h))
    if small is None or large is None:
        return None
    corners = [(j, i) for i in range(0, best_h, 384) for j in range(0, best_w, 384)]
    views = [(*large[0], ("crop", j, i, j + 384, i + 384)) for j, i in corners]
    h = w = math.ceil((384 // 14) / 2)
    columns, rows = best_w // 384, best_h // 384
    tokens = h * (w + 1) + 1 + (rows * h) * (columns * w + 1)
    return Published(large[1], (columns, rows), tokens, (tuple(small[0]), *views))


PADDED: dict[str, Callable[[int, int, int], Published | None]] = {
    "paligemma-2": paligemma_2,
    "gemma-3": gemma_3,
    "pixtral": pixtral,
    "llama-3.2-vision": llama_32_vision,
    "molmo": molmo,
    "deepseek-vl2": deepseek_vl2,
}
