"""As ``published``, for Phi-3.5-vision, Phi-4-multimodal and MiniCPM-V."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.models.tiling.published import Op, Published, closest_aspect_ratio

# Phi-3-vision: image_processing_phi3_v.py


def phi_35(width: int, height: int, images: int, *, num_crops: int = 16) -> Published | None:
    hd_num = 4 if images > 1 else num_crops
    made: list[Op] = []
    trans = False
    if width < height:
        width, height = height, width
        trans = True
        made.append(("transpose",))
    ratio = width / height
    scale = 1
    while scale * np.ceil(scale / ratio) <= hd_num:
        scale += 1
    scale -= 1
    new_w = int(scale * 336)
    new_h = int(new_w / ratio)
    if new_h == 0:
        return None
    made.append(("resize", new_w, new_h, "bilinear"))
    tar = int(np.ceil(new_h / 336) * 336)
    if tar != new_h:
        made.append(("pad", new_w, tar, 0, int((tar - new_h) / 2), (255, 255, 255)))
    w, h = new_w, tar
    resized = new_w, new_h
    if trans:
        made.append(("transpose",))
        w, h = h, w
        resized = new_h, new_w
    corners = [(column * 336, row * 336) for row in range(h // 336) for column in range(w // 336)]
    views: list[Any] = [(*made, ("resize", 336, 336, "bicubic"))]
    views += [(*made, ("crop", x, y, x + 336, y + 336)) for x, y in corners]
    tokens = int((h // 336 * w // 336 + 1) * 144 + 1 + (h // 336 + 1) * 12)
    return Published(resized, (w // 336, h // 336), tokens, tuple(views))


# transformers: phi4_multimodal/image_processing_phi4_multimodal.py


def phi_4_mm(width: int, height: int, images: int, *, max_num: int = 36) -> Published | None:
    columns, rows = math.ceil(width / float(448)), math.ceil(height / float(448))
    if columns * rows > max_num:
        columns, rows = closest_aspect_ratio(width, height, 1, max_num, 448)
    target_width, target_height = 448 * columns, 448 * rows
    ratio_width, ratio_height = target_width / width, target_height / height
    if ratio_width < ratio_height:
        new_size = (target_width, int(height * ratio_width))
        padding_width, padding_height = 0, target_height - int(height * ratio_width)
    else:
        new_size = (int(width * ratio_height), target_height)
        padding_width, padding_height = target_width - int(width * ratio_height), 0
    mask = np.ones((32 * rows, 32 * columns), dtype=np.int64)
    if padding_width >= 14:
        mask[:, -math.floor(padding_width / 14) :] = 0
    if padding_height >= 14:
        mask[-math.floor(padding_height / 14) :, :] = 0
    if min(new_size[1], target_height) < 10 or min(new_size[0], target_width) < 10:
        return None
    crops = mask.reshape(rows, 32, columns, 32).transpose(0, 2, 1, 3).reshape(-1, 32, 32)[:, 0::2, 0::2]
    down = crops.reshape(rows, columns, 16, 16).transpose(0, 2, 1, 3).reshape(rows * 16, columns * 16)
    tokens = 256 + 1 + int(down.sum()) + int(down[:, 0].sum()) + 16
    made: list[Op] = [("resize", *new_size, "bilinear")]
    if new_size != (target_width, target_height):
        made.append(("pad", target_width, target_height, 0, 0, (255, 255, 255)))
    corners = [(column * 448, row * 448) for row in range(rows) for column in range(columns)]
    views: list[Any] = [(*made, ("resize", 448, 448, "bicubic"))]
    views += [(*made, ("crop", x, y, x + 448, y + 448)) for x, y in corners]
    return Published(new_size, (columns, rows), tokens, tuple(views))


# MiniCPM-V: finetune/dataset.py


def ensure_divide(length: float, patch_size: int) -> int:
    return max(round(length / patch_size) * patch_size, patch_size)


def find_best_resize(size: tuple[float, float], *, allow_upscale: bool) -> tuple[int, int]:
    width, height = size
    if width * height > 448 * 448 or allow_upscale:
        r = width / height
        height = int(448 / math.sqrt(r))
        width = int(height * r)
    return ensure_divide(width, 14), ensure_divide(height, 14)


def minicpm_v(width: int, height: int, images: int, *, max_slice_nums: int = 9) -> Published:
    log_ratio = math.log(width / height)
    multiple = min(math.ceil(width * height / (448 * 448)), max_slice_nums)
    if multiple <= 1:
        best = find_best_resize((width, height), allow_upscale=True)
        return Published(best, (1, 1), 64, ((("resize", *best, "bicubic"),),))
    source = find_best_resize((width, height), allow_upscale=False)
    grids = []
    for number in [i for i in (multiple - 1, multiple, multiple + 1) if i != 1 and i <= max_slice_nums]:
        m = 1
        while m <= number:
            if number % m == 0:
                grids.append((m, number // m))
            m += 1
    best_grid, min_error = (1, 1), math.inf
    for grid in grids:
        error = abs(log_ratio - math.log(grid[0] / grid[1]))
        if error < min_error:
            best_grid, min_error = grid, error
    grid_x, grid_y = best_grid
    cell = find_best_resize(
        (ensure_divide(width, grid_x) / grid_x, ensure_divide(height, grid_y) / grid_y), allow_upscale=True
    )
    refine = cell[0] * grid_x, cell[1] * grid_y
    rows, columns = range(0, refine[1], int(refine[1] / grid_y)), range(0, refine[0], int(refine[0] / grid_x))
    views: list[Any] = [(("resize", *source, "bicubic"),)]
    views += [(("resize", *refine, "bicubic"), ("crop", j, i, j + cell[0], i + cell[1])) for i in rows for j in columns]
    return Published(refine, best_grid, 64 * len(views), tuple(views))
