"""Exact views, written as PNG, against the published algorithms run through Pillow.

LLaVA-NeXT: ``select_best_resolution``, ``resize_and_pad_image``, ``divide_to_patches`` in ``llava/mm_utils.py``
of LLaVA-VL/LLaVA-NeXT. InternVL: ``dynamic_preprocess`` in ``internvl/train/dataset.py`` of OpenGVLab/InternVL.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, render
from vlmdata.types import Crop, Image, Layout, Pad, Resize, View

EXACT = PixelPolicy(format="png", fidelity="exact")
ODD_SIZES = [(1, 1), (1, 700), (701, 3), (336, 336), (337, 335), (448, 448), (449, 897), (1009, 213), (641, 479)]
PINPOINTS = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)]


def llava_next_grid(width: int, height: int) -> tuple[int, int]:
    best, most, least = (0, 0), 0, math.inf
    for w, h in PINPOINTS:
        scale = min(w / width, h / height)
        effective = min(int(width * scale) * int(height * scale), width * height)
        waste = w * h - effective
        if effective > most or (effective == most and waste < least):
            best, most, least = (w, h), effective, waste
    return best


def llava_next_fit(width: int, height: int) -> tuple[int, int, int, int]:
    """Canvas and resized size."""
    w, h = llava_next_grid(width, height)
    if w / width < h / height:
        return w, h, w, min(math.ceil(height * (w / width)), h)
    return w, h, min(math.ceil(width * (h / height)), w), h


def llava_next_by_pillow(im: Pillow.Image) -> Iterator[Pillow.Image]:
    w, h, new_width, new_height = llava_next_fit(*im.size)
    canvas = Pillow.new("RGB", (w, h), (0, 0, 0))
    canvas.paste(im.resize((new_width, new_height)), ((w - new_width) // 2, (h - new_height) // 2))
    yield im.resize((336, 336))
    for top in range(0, h, 336):
        for left in range(0, w, 336):
            yield canvas.crop((left, top, left + 336, top + 336))


def llava_next_layout(width: int, height: int) -> Layout:
    w, h, new_width, new_height = llava_next_fit(width, height)
    left, top = (w - new_width) // 2, (h - new_height) // 2
    fitted = Resize(new_width, new_height), Pad(left, top, w - new_width - left, h - new_height - top)
    tiles = [View("tile", (*fitted, Crop(x, y, 336, 336))) for y in range(0, h, 336) for x in range(0, w, 336)]
    return Layout("llava-next", (View("global", (Resize(336, 336),)), *tiles))


def internvl_grid(width: int, height: int, most: int = 12) -> tuple[int, int]:
    ratios = {(i, j) for i in range(1, most + 1) for j in range(1, most + 1) if i * j <= most}
    best, distance = (1, 1), math.inf
    for i, j in sorted(ratios, key=lambda ratio: ratio[0] * ratio[1]):
        here = abs(width / height - i / j)
        if here < distance or (here == distance and width * height > 0.5 * 448 * 448 * i * j):
            best, distance = (i, j), min(here, distance)
    return best


def internvl_by_pillow(im: Pillow.Image) -> Iterator[Pillow.Image]:
    columns, rows = internvl_grid(*im.size)
    resized = im.resize((448 * columns, 448 * rows))
    for number in range(columns * rows):
        left, top = number % columns * 448, number // columns * 448
        yield resized.crop((left, top, left + 448, top + 448))
    if columns * rows > 1:
        yield im.resize((448, 448))


def internvl_layout(width: int, height: int) -> Layout:
    columns, rows = internvl_grid(width, height)
    resized = Resize(448 * columns, 448 * rows)
    tiles = [View("tile", (resized, Crop(448 * x, 448 * y, 448, 448))) for y in range(rows) for x in range(columns)]
    thumbnail = [View("global", (Resize(448, 448),))] if columns * rows > 1 else []
    return Layout("internvl", (*tiles, *thumbnail))


PUBLISHED = {
    "llava-next": (llava_next_by_pillow, llava_next_layout),
    "internvl": (internvl_by_pillow, internvl_layout),
}


def check(data: bytes, layout: Layout, published: Callable[[Pillow.Image], Iterator[Pillow.Image]]) -> None:
    (result,) = render([Image(data=data, layout=layout)], EXACT, RenderClock())
    assert isinstance(result, Rendered), result
    with Pillow.open(io.BytesIO(data)) as im:
        expected = list(published(im.convert("RGB")))
    assert len(result.views) == len(expected)
    for view, reference in zip(result.views, expected, strict=True):
        with Pillow.open(io.BytesIO(view.data)) as ours:
            assert np.array_equal(np.asarray(ours), np.asarray(reference))


def by_hand(policy: str, size: tuple[int, int]) -> Layout:
    return PUBLISHED[policy][1](*size)


def by_models(policy: str, size: tuple[int, int]) -> Layout:
    tiling = pytest.importorskip("vlmdata.models.tiling")
    from vlmdata.types import Size

    layout: Layout = tiling.layout_of(policy, Size(*size))
    return layout


@pytest.mark.parametrize("policy", PUBLISHED)
def test_photos(policy, photos):
    for data in photos.values():
        with Pillow.open(io.BytesIO(data)) as im:
            layouts = {by_hand(policy, im.size), by_models(policy, im.size)}
        for layout in layouts:
            check(data, layout, PUBLISHED[policy][0])


@pytest.mark.parametrize("layout_of", [by_hand, by_models])
@pytest.mark.parametrize("size", ODD_SIZES)
@pytest.mark.parametrize("policy", PUBLISHED)
def test_odd_sizes(policy, size, layout_of, scene, saved):
    check(saved(scene(*size), "JPEG", quality=95), layout_of(policy, size), PUBLISHED[policy][0])
