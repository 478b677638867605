from __future__ import annotations

import numpy as np
import pytest

from vlmdata.pixels import PixelPolicy, transform, views
from vlmdata.pixels.raster import Raster
from vlmdata.types import Chain, Crop, HFlip, Image, Layout, Pad, Resize, Rot90, Size, VFlip, View


@pytest.fixture
def resized(monkeypatch) -> list[tuple[Size, Size]]:
    """From and to which size, for every resize that is done."""
    found: list[tuple[Size, Size]] = []
    real = transform.resize

    def noting(raster, to, fidelity, *pad):
        found.append((raster.size, to.size(raster.size)))
        return real(raster, to, fidelity, *pad)

    monkeypatch.setattr(transform, "resize", noting)
    return found


def noise(width: int, height: int) -> Raster:
    return Raster.whole(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_shared_edits_are_done_once(fidelity, resized):
    shared = HFlip(), Resize(20, 20), Pad(left=4)
    tiles = [(*shared, Crop(x, 0, 12, 20)) for x in (0, 12)]
    small = (Resize(5, 5),)
    parts = views.cut(noise(9, 9), [*tiles, small, tiles[0], shared, shared[:2]], fidelity)
    assert resized == [(Size(9, 9), Size(20, 20)), (Size(9, 9), Size(5, 5))]
    assert [part.shape[:2] for part in parts] == [(20, 12), (20, 12), (5, 5), (20, 12), (20, 24), (20, 20)]
    assert np.array_equal(parts[0], parts[3])
    assert np.array_equal(parts[4][:, 4:], parts[5])
    assert (parts[4][:, :4] == 0).all()


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
@pytest.mark.parametrize(
    ("size", "large", "small", "source"),
    [
        (Size(900, 600), Size(300, 200), Size(200, 100), Size(300, 200)),  # it has half as much again by side
        (Size(900, 600), Size(300, 200), Size(201, 100), Size(900, 600)),  # not quite
        (Size(250, 160), Size(300, 200), Size(100, 100), Size(250, 160)),  # the source is the smaller one
    ],
)
def test_a_small_view_comes_from_a_resized_one(fidelity, size, large, small, source, resized):
    """Whatever the order of the views; never where pixels are to be exact."""
    one, other = (Resize(small.width, small.height),), (Resize(large.width, large.height), Pad(top=7), Crop(0, 0, 9, 9))
    for order in ([one, other], [other, one]):
        resized.clear()
        parts = views.cut(noise(size.width, size.height), order, fidelity)
        assert sorted(part.shape[0] for part in parts) == sorted((small.height, 9))
        assert resized == [(size, large), (source if fidelity == "fast" else size, small)]


def test_pictures_resized_after_a_flip_serve_only_views_that_flip(resized):
    flipped, straight = (HFlip(), Resize(30, 20)), (Resize(10, 10),)
    views.cut(noise(90, 60), [flipped, straight, (HFlip(), Resize(10, 10))], "fast")
    assert resized == [(Size(90, 60), Size(30, 20)), (Size(90, 60), Size(10, 10)), (Size(30, 20), Size(10, 10))]


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
