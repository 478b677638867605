"""Exact views, written as PNG, against the published algorithms run through Pillow: equal value for value.

What those algorithms do to a picture of a size is restated in ``tests/models/tiling/published*.py``, with the sources.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.models.tiling.published import Op
from tests.models.tiling.rules import RULES
from vlmdata.models.tiling import layout_of
from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, render
from vlmdata.types import Image, Size

EXACT = PixelPolicy(format="png", fidelity="exact")
ODD_SIZES = [(1, 700), (701, 3), (336, 336), (337, 335), (449, 897), (1009, 213), (641, 479)]
ON_PHOTOS = ("llava-1.5", "llava-next", "llava-next-hf", "internvl", "qwen2.5-vl", "qwen3-vl", "idefics3")


def by_pillow(im: Pillow.Image, op: Op) -> Pillow.Image:
    match op:
        case ("resize", width, height, kernel):
            return im.resize((width, height), Pillow.Resampling[kernel.upper()])
        case ("crop", *box):
            return im.crop(tuple(box))
        case ("pad", width, height, left, top, color):
            canvas = Pillow.new("RGB", (width, height), color)
            canvas.paste(im, (left, top))
            return canvas
        case ("transpose",):
            return im.transpose(Pillow.Transpose.TRANSPOSE)
    raise AssertionError(op)


def check(data: bytes, policy: str) -> None:
    """Every view of ``data`` against the published operations; each operation of several views is done once."""
    with Pillow.open(io.BytesIO(data)) as im:
        done = {(): im.convert("RGB")}
    size = Size(*done[()].size)
    published = RULES[policy](size.width, size.height, 1)
    if published is None:
        return
    (result,) = render([Image(data=data, layout=layout_of(policy, size))], EXACT, RenderClock())
    assert isinstance(result, Rendered), result
    for view, ops in zip(result.views, published.views, strict=True):
        for length, op in enumerate(ops):
            if ops[: length + 1] not in done:
                done[ops[: length + 1]] = by_pillow(done[ops[:length]], op)
        with Pillow.open(io.BytesIO(view.data)) as ours:
            assert np.array_equal(np.asarray(ours), np.asarray(done[ops])), (policy, size, ops)


@pytest.mark.parametrize("policy", ON_PHOTOS)
def test_photos(policy, photos):
    for data in photos.values():
        check(data, policy)


@pytest.mark.parametrize("policy", RULES)
def test_odd_sizes(policy, scene, saved):
    for size in ODD_SIZES:
        check(saved(scene(*size), "JPEG", quality=95), policy)
