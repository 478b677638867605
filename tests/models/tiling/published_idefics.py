"""As ``published``, for Idefics2, Idefics3, SmolVLM and nanoVLM."""

from __future__ import annotations

import math
from typing import Any

from tests.models.tiling.published import Published

# transformers: idefics2/image_processing_idefics2.py, processing_idefics2.py


def idefics2_size(width: int, height: int) -> tuple[int, int]:
    aspect_ratio = width / height
    if width >= height and width > 980:
        width = 980
        height = int(width / aspect_ratio)
    elif height > width and height > 980:
        height = 980
        width = int(height * aspect_ratio)
    return max(width, 378), max(height, 378)


def idefics2(width: int, height: int, images: int, *, splitting: bool = True) -> Published | None:
    if not splitting:
        whole = idefics2_size(width, height)
        return Published(whole, (1, 1), len("F" + "I" * 64 + "F"), ((("resize", *whole, "bilinear"),),))
    mid_width, mid_height = width // 2, height // 2
    if mid_width == 0 or mid_height == 0:
        return None
    boxes = [
        (0, 0, mid_width, mid_height),
        (mid_width, 0, width, mid_height),
        (0, mid_height, mid_width, height),
        (mid_width, mid_height, width, height),
    ]
    views: list[Any] = []
    for left, top, right, bottom in boxes:
        to = idefics2_size(right - left, bottom - top)
        views.append((("crop", left, top, right, bottom), ("resize", *to, "bilinear")))
    whole = idefics2_size(width, height)
    views.append((("resize", *whole, "bilinear"),))
    text = ("F" + "I" * 64 + "F") * 5
    return Published(whole, (2, 2), len(text.replace("FF", "F")), tuple(views))


# transformers: idefics3/image_processing_idefics3.py, processing_idefics3.py


def rescale_to_max_len(width: int, height: int, max_len: int) -> tuple[int, int]:
    aspect_ratio = width / height
    if width >= height:
        width = max_len
        height = int(width / aspect_ratio)
        if height % 2 != 0:
            height += 1
    elif height > width:
        height = max_len
        width = int(height * aspect_ratio)
        if width % 2 != 0:
            width += 1
    return max(width, 1), max(height, 1)


def below_upper_bound(width: int, height: int, max_len: int) -> tuple[int, int]:
    aspect_ratio = width / height
    if width >= height and width > max_len:
        width = max_len
        height = int(width / aspect_ratio)
    elif height > width and height > max_len:
        height = max_len
        width = int(height * aspect_ratio)
    return max(width, 1), max(height, 1)


def for_vision_encoder(width: int, height: int, m: int) -> tuple[int, int]:
    aspect_ratio = width / height
    if width >= height:
        width = math.ceil(width / m) * m
        height = int(width / aspect_ratio)
        height = math.ceil(height / m) * m
    elif height > width:
        height = math.ceil(height / m) * m
        width = int(height * aspect_ratio)
        width = math.ceil(width / m) * m
    return width, height


def idefics3(width: int, height: int, images: int, *, longest: int, m: int, seq: int) -> Published:
    first = below_upper_bound(*rescale_to_max_len(width, height, longest), 4096)
    target = for_vision_encoder(*first, m)
    made = (("resize", *first, "lanczos"), ("resize", *target, "lanczos"))
    if target[0] > m or target[1] > m:
        rows, columns = (target[1] - m) // m + 1, (target[0] - m) // m + 1
        views = [(*made, ("crop", c * m, r * m, c * m + m, r * m + m)) for r in range(rows) for c in range(columns)]
        views.append((*made, ("resize", m, m, "lanczos")))
    else:
        rows, columns, views = 0, 0, [made]
    # _get_num_multimodal_tokens takes rows and columns from get_number_of_image_patches, which reckons anew.
    counted = math.ceil(first[0] / m), math.ceil(first[1] / m)
    counted_rows, counted_columns = (counted[1], counted[0]) if rows else (0, 0)
    tokens = seq + 3 + ((seq + 2) * counted_columns + 1) * counted_rows
    return Published(target, (columns or 1, rows or 1), tokens, tuple(views))


# nanoVLM: data/custom_transforms.py, data/processors.py


def nanovlm(width: int, height: int, images: int, *, m: int = 2048, to_max: bool = False) -> Published:
    p = 512
    long, short = (width, height) if width >= height else (height, width)
    target_long = m if to_max else min(m, math.ceil(long / p) * p)
    scale = target_long / long
    target_short = max(math.ceil(short * scale / p) * p, p)
    w, h = (target_long, target_short) if width >= height else (target_short, target_long)
    resized = ("resize", w, h, "bicubic")
    text = ["global"] + ["image"] * 64
    if (h // p, w // p) == (1, 1):
        return Published((w, h), (1, 1), len(text), ((resized,),))
    views: list[Any] = [(resized, ("resize", p, p, "bilinear"))]
    for i in range(h // p):
        for j in range(w // p):
            views.append((resized, ("crop", j * p, i * p, j * p + p, i * p + p)))
            text += [f"r{i}c{j}"] + ["image"] * 64
    return Published((w, h), (w // p, h // p), len(text), tuple(views))
