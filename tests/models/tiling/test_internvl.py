import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published import internvl
from vlmdata.models.tiling import layout_of, tiled, tokens_of
from vlmdata.types import Resize, Size


@pytest.mark.parametrize(
    ("width", "height", "grid", "views"),
    [
        (640, 480, (4, 3), 13),
        (480, 640, (3, 4), 13),
        (448, 448, (1, 1), 1),
        (1000, 1000, (3, 3), 10),
        (1920, 1080, (4, 2), 9),
        (2000, 600, (3, 1), 4),
        (800, 800, (2, 2), 5),
        (300, 300, (1, 1), 1),
    ],
)
def test_grids(width, height, grid, views):
    shown = tiled("internvl", Size(width, height))
    assert shown.grid == grid
    assert len(shown.views) == views
    assert shown.tokens == 256 * views
    assert shown.resized == Size(448 * grid[0], 448 * grid[1])
    assert shown.views[-1].edits == (Resize(448, 448),)
    assert shown.views[-1].kind == "global"


def test_options_and_shared_tiles():
    size = Size(640, 480)
    assert tiled("internvl", size, max_tiles=6).grid == (3, 2)
    assert tokens_of("internvl", size, max_tiles=6) == 256 * 7
    assert len(layout_of("internvl", size, max_tiles=6, thumbnail=False).views) == 6
    assert layout_of("internvl", size, images=2) == layout_of("internvl", size, max_tiles=6)
    assert len(layout_of("internvl", size, images=20).views) == 1


@settings(max_examples=100)
@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([1, 2]), st.sampled_from([6, 12, 24]))
def test_other_bounds(width, height, low, high):
    size = Size(width, height)
    ours = as_published(tiled("internvl", size, min_tiles=low, max_tiles=high), size)
    assert ours == internvl(width, height, 1, low=low, high=high)
