from __future__ import annotations

import numpy as np
import pytest

from vlmdata.pixels import PixelPolicy, views
from vlmdata.pixels.raster import Raster
from vlmdata.types import Chain, Crop, HFlip, Image, Layout, Pad, Resize, Rot90, Size, Transform, VFlip, View


def test_shared_edits_are_done_once(monkeypatch):
    done: list[Transform] = []
    real = views.apply

    def counting(raster, transform, fidelity):
        done.append(transform)
        return real(raster, transform, fidelity)

    monkeypatch.setattr(views, "apply", counting)
    shared = HFlip(), Resize(20, 20), Pad(left=4)
    tiles = [(*shared, Crop(x, 0, 12, 20)) for x in (0, 12)]
    raster = Raster.whole(np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8))
    pixels = views.cut(raster, [*tiles, (Resize(5, 5),), tiles[0]], "fast")
    assert done == [*shared, Crop(0, 0, 12, 20), Crop(12, 0, 12, 20), Resize(5, 5)]
    assert [part.shape for part in pixels] == [(20, 12, 3), (20, 12, 3), (5, 5, 3), (20, 12, 3)]
    assert np.array_equal(pixels[0], pixels[3])


def test_the_plan_opens_chains_and_follows_the_policy():
    layout = Layout("test", (View("global", (Resize(4, 4),)), View("tile", (Chain((Resize(8, 8), Crop(0, 0, 4, 4))),))))
    image = Image(edits=(Chain((HFlip(), Chain((VFlip(),)))),), layout=layout)
    flips = HFlip(), VFlip()
    assert views.plan(image, PixelPolicy()) == ((*flips, Resize(4, 4)), (*flips, Resize(8, 8), Crop(0, 0, 4, 4)))
    assert views.plan(image, PixelPolicy(views="planned")) == (flips,)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([(Resize(100, 80),)], 8),
        ([(Resize(101, 80),)], 4),
        ([(Resize(100, 81),)], 4),
        ([(Resize(100, 80),), (Resize(400, 320),)], 2),
        ([(Resize(100, 80),), ()], 1),
        ([(Resize(801, 10),)], 1),
        ([(Crop(0, 0, 100, 100), Resize(10, 10))], 1),
        ([(Pad(left=1), Resize(10, 10))], 1),
        ([(HFlip(), Resize(100, 80), Resize(900, 900))], 8),
        ([(Rot90(1), Resize(80, 100))], 8),
        ([(Rot90(3), VFlip(), Resize(100, 80))], 4),
        ([(Rot90(2), Resize(100, 80))], 8),
    ],
)
def test_reduction(edits, expected):
    assert views.reduction(Size(800, 640), (), edits) == expected


def test_reduction_sees_the_stored_picture():
    assert views.reduction(Size(800, 640), (Rot90(1),), [(Resize(80, 100),)]) == 8
    assert views.reduction(Size(640, 800), (Rot90(1),), [(Resize(80, 100),)]) == 4
