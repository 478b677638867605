import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published_phi import minicpm_v
from vlmdata.models.tiling import tiled
from vlmdata.types import Crop, Resize, Size


@pytest.mark.parametrize(
    ("width", "height", "source", "grid", "refined"),
    [
        (640, 480, (518, 392), (2, 1), (728, 546)),
        (1000, 1000, (448, 448), (2, 2), (896, 896)),
        (1920, 1080, (602, 336), (4, 2), (1680, 952)),
        (2000, 600, (812, 252), (5, 1), (1820, 546)),
    ],
)
def test_slices(width, height, source, grid, refined):
    shown = tiled("minicpm-v", Size(width, height))
    assert (shown.resized, shown.grid) == (Size(*refined), grid)
    assert shown.views[0].edits == (Resize(*source),)
    slice_width, slice_height = refined[0] // grid[0], refined[1] // grid[1]
    assert shown.views[1].edits == (Resize(*refined), Crop(0, 0, slice_width, slice_height))
    assert shown.tokens == 64 * (1 + grid[0] * grid[1])


def test_up_to_the_area_of_one_slice_nothing_is_cut():
    shown = tiled("minicpm-v", Size(448, 448))
    assert ([view.edits for view in shown.views], shown.grid, shown.tokens) == ([(Resize(448, 448),)], (1, 1), 64)
    assert tiled("minicpm-v", Size(100, 100)).resized == Size(448, 448)
    assert len(tiled("minicpm-v", Size(449, 448)).views) == 3


@settings(max_examples=100)
@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([1, 2, 4, 16]))
def test_other_bounds(width, height, most):
    size = Size(width, height)
    ours = as_published(tiled("minicpm-v", size, max_tiles=most), size)
    assert ours == minicpm_v(width, height, 1, max_slice_nums=most)
