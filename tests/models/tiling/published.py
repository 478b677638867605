"""The published formulas once more, slowly and literally: nothing here is shared with the package.

Every function takes a width, a height and the number of pictures of the sample and gives what the named code does
with such a picture: the operations that make each view, the grid, the size after the resize and the number of tokens.
``None`` stands for a size the code fails on. Operations are ``("resize", width, height, filter)``,
``("pad", width, height, left, top, color)`` for a new canvas and where the picture is pasted,
``("crop", left, top, right, bottom)`` and ``("transpose",)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

Op = tuple[Any, ...]

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
SIGLIP_MEAN = (0.5, 0.5, 0.5)
NEXT_PINPOINTS = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)]
ONEVISION_PINPOINTS = [(i * 384, j * 384) for i in range(1, 7) for j in range(1, 7)]


@dataclass(frozen=True)
class Published:
    resized: tuple[int, int]
    grid: tuple[int, int]
    tokens: int
    views: tuple[tuple[Op, ...], ...]


# LLaVA: llava/mm_utils.py


def expand2square(width: int, height: int, mean: tuple[float, ...]) -> list[Op]:
    color = tuple(int(x * 255) for x in mean)
    if width == height:
        return []
    if width > height:
        return [("pad", width, width, 0, (width - height) // 2, color)]
    return [("pad", height, height, (height - width) // 2, 0, color)]


def square(width: int, height: int, side: int, mean: tuple[float, ...], tokens: int) -> Published:
    view = (*expand2square(width, height, mean), ("resize", side, side, "bicubic"))
    return Published((side, side), (1, 1), tokens, (view,))


def llava_15(width: int, height: int, images: int) -> Published:
    return square(width, height, 336, CLIP_MEAN, 24 * 24)


def best_resolution(width: int, height: int, candidates: list[tuple[int, int]]) -> tuple[int, int]:
    best_fit, max_effective, min_wasted = (0, 0), 0, math.inf
    for w, h in candidates:
        scale = min(w / width, h / height)
        downscaled_width, downscaled_height = int(width * scale), int(height * scale)
        effective = min(downscaled_width * downscaled_height, width * height)
        wasted = w * h - effective
        if effective > max_effective or (effective == max_effective and wasted < min_wasted):
            max_effective, min_wasted, best_fit = effective, wasted, (w, h)
    return best_fit


def anyres_views(width: int, height: int, canvas: tuple[int, int], patch: int) -> tuple[tuple[int, int], list[Any]]:
    """``process_anyres_image``: the resized size and all views."""
    w, h = canvas
    scale_w, scale_h = w / width, h / height
    if scale_w < scale_h:
        new_width, new_height = w, min(math.ceil(height * scale_w), h)
    else:
        new_width, new_height = min(math.ceil(width * scale_h), w), h
    made: list[Op] = [("resize", new_width, new_height, "bicubic")]
    if (new_width, new_height) != canvas:
        made.append(("pad", w, h, (w - new_width) // 2, (h - new_height) // 2, (0, 0, 0)))
    corners = [(j, i) for i in range(0, h, patch) for j in range(0, w, patch)]
    patches = [(*made, ("crop", j, i, j + patch, i + patch)) for j, i in corners]
    return (new_width, new_height), [(("resize", patch, patch, "bicubic"),), *patches]


def unpad(width: int, height: int, rows: int, columns: int, *, rounded: bool) -> tuple[int, int]:
    """``llava_arch.py::unpad_image``, or transformers' ``_get_unpadded_features``: rows and columns that stay."""
    if width / height > columns / rows:
        scaled = height * (columns / width)
        padding = (rows - int(round(scaled, 7) if rounded else scaled)) // 2
        return len(range(rows)[padding : rows - padding]), columns
    scaled = width * (rows / height)
    padding = (columns - int(round(scaled, 7) if rounded else scaled)) // 2
    return rows, len(range(columns)[padding : columns - padding])


def llava_next(width: int, height: int, images: int) -> Published:
    if images > 1:  # train.py overwrites the aspect ratio with "pad"; llava_arch.py appends one image_newline
        return square(width, height, 336, CLIP_MEAN, 24 * 24 + 1)
    canvas = best_resolution(width, height, NEXT_PINPOINTS)
    grid = canvas[0] // 336, canvas[1] // 336
    resized, views = anyres_views(width, height, canvas, 336)
    rows, columns = unpad(width, height, 24 * grid[1], 24 * grid[0], rounded=False)
    return Published(resized, grid, 24 * 24 + rows * columns + rows, tuple(views))


def llava_next_hf(width: int, height: int, images: int) -> Published:
    # transformers reads the same pinpoints as (height, width).
    canvas = best_resolution(height, width, NEXT_PINPOINTS)[::-1]
    grid = canvas[0] // 336, canvas[1] // 336
    resized, views = anyres_views(width, height, canvas, 336)
    rows, columns = unpad(width, height, 24 * grid[1], 24 * grid[0], rounded=True)
    return Published(resized, grid, 24 * 24 + rows * columns + rows, tuple(views))


def onevision(width: int, height: int, images: int, *, rounded: bool) -> Published:
    if images > 1:
        return square(width, height, 384, SIGLIP_MEAN, 27 * 27 + 1)
    if rounded:
        canvas = best_resolution(height, width, ONEVISION_PINPOINTS)[::-1]
    else:
        canvas = best_resolution(width, height, ONEVISION_PINPOINTS)
    grid = canvas[0] // 384, canvas[1] // 384
    resized, views = anyres_views(width, height, canvas, 384)
    rows, columns = unpad(width, height, 27 * grid[1], 27 * grid[0], rounded=rounded)
    times = math.sqrt(rows * columns / (9 * 27**2))
    if times > 1.1:
        rows, columns = int(rows // times), int(columns // times)
    return Published(resized, grid, 27 * 27 + rows * columns + rows, tuple(views))


# InternVL: internvl/train/dataset.py


def closest_aspect_ratio(width: int, height: int, low: int, high: int, side: int) -> tuple[int, int]:
    ratios = {
        (i, j) for n in range(low, high + 1) for i in range(1, n + 1) for j in range(1, n + 1) if low <= i * j <= high
    }
    best_diff, best = math.inf, (1, 1)
    for ratio in sorted(ratios, key=lambda x: x[0] * x[1]):
        diff = abs(width / height - ratio[0] / ratio[1])
        if diff < best_diff:
            best_diff, best = diff, ratio
        elif diff == best_diff and width * height > 0.5 * side * side * ratio[0] * ratio[1]:
            best = ratio
    return best


def internvl(width: int, height: int, images: int, *, low: int = 1, high: int = 12) -> Published:
    columns, rows = closest_aspect_ratio(width, height, low, max(1, high // images), 448)
    target = columns * 448, rows * 448
    views: list[Any] = []
    for i in range(columns * rows):
        left, top = (i % (target[0] // 448)) * 448, (i // (target[0] // 448)) * 448
        views.append((("resize", *target, "bicubic"), ("crop", left, top, left + 448, top + 448)))
    if len(views) == 1:
        views = [(("resize", 448, 448, "bicubic"),)]
    else:
        views.append((("resize", 448, 448, "bicubic"),))
    return Published(target, (columns, rows), 256 * len(views), tuple(views))


# transformers: qwen2_vl/image_processing_qwen2_vl.py


def smart_resize(width: int, height: int, factor: int, low: int, high: int) -> Published | None:
    if max(height, width) / min(height, width) > 200:
        return None
    h_bar = round(height / factor) * factor
    w_bar = round(width / factor) * factor
    if h_bar * w_bar > high:
        beta = math.sqrt((height * width) / high)
        h_bar = max(factor, math.floor(height / beta / factor) * factor)
        w_bar = max(factor, math.floor(width / beta / factor) * factor)
    elif h_bar * w_bar < low:
        beta = math.sqrt(low / (height * width))
        h_bar = math.ceil(height * beta / factor) * factor
        w_bar = math.ceil(width * beta / factor) * factor
    tokens = (h_bar // factor) * (w_bar // factor)
    return Published((w_bar, h_bar), (1, 1), tokens, ((("resize", w_bar, h_bar, "bicubic"),),))


def qwen2_vl(width: int, height: int, images: int) -> Published | None:
    return smart_resize(width, height, 28, 3136, 12845056)


def qwen3_vl(width: int, height: int, images: int) -> Published | None:
    return smart_resize(width, height, 32, 65536, 16777216)
