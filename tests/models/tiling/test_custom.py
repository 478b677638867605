import pytest

from vlmdata.models.tiling import tiled
from vlmdata.types import Crop, Pad, Resize, Size

GREY = (9, 9, 9)


def test_padded_grid_with_the_whole_first():
    shown = tiled("custom", Size(640, 480), tile=100, grids=[(1, 1), (3, 2)], color=GREY)
    assert (shown.grid, shown.resized) == ((3, 2), Size(267, 200))
    made = (Resize(267, 200), Pad(16, 0, 17, 0, GREY))
    assert shown.views[0].edits == (Resize(100, 75), Pad(0, 12, 0, 13, GREY))
    assert [view.edits for view in shown.views[1:]] == [
        (*made, Crop(x, y, 100, 100)) for y in (0, 100) for x in (0, 100, 200)
    ]


def test_squashed_grid_with_the_whole_last():
    shown = tiled("custom", Size(640, 480), tile=100, grids=[(3, 2)], fit="squash", thumbnail="last")
    assert shown.views[0].edits == (Resize(300, 200), Crop(0, 0, 100, 100))
    assert shown.views[-1].edits == (Resize(100, 100),)
    assert [view.kind for view in shown.views] == ["tile"] * 6 + ["global"]


def test_without_the_whole():
    assert len(tiled("custom", Size(640, 480), tile=100, grids=[(3, 2)], thumbnail="none").views) == 6
    (only,) = tiled("custom", Size(640, 480), tile=100, grids=[(1, 1)]).views
    assert only.kind == "tile"


@pytest.mark.parametrize(
    ("size", "grid"), [((100, 100), (1, 1)), ((190, 80), (2, 1)), ((80, 190), (1, 2)), ((900, 900), (2, 2))]
)
def test_the_grid_that_keeps_most_and_wastes_least(size, grid):
    assert tiled("custom", Size(*size), tile=100).grid == grid


def test_tokens_are_patches_of_14_pixels_or_as_given():
    assert tiled("custom", Size(900, 900), tile=336).tokens == 5 * 576
    assert tiled("custom", Size(900, 900), tile=336, view_tokens=64).tokens == 5 * 64
