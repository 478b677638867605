import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published_idefics import nanovlm
from vlmdata.models.tiling import tiled
from vlmdata.types import Crop, Resize, Size


@pytest.mark.parametrize(
    ("width", "height", "resized", "grid", "tokens"),
    [
        (640, 480, (1024, 1024), (2, 2), 5 * 65),
        (300, 200, (512, 512), (1, 1), 65),
        (4000, 1000, (2048, 512), (4, 1), 5 * 65),
        (1, 3000, (512, 2048), (1, 4), 5 * 65),
    ],
)
def test_grids_and_tokens(width, height, resized, grid, tokens):
    shown = tiled("nanovlm", Size(width, height))
    assert (shown.resized, shown.grid, shown.tokens) == (Size(*resized), grid, tokens)


def test_the_small_whole_is_first_and_made_of_the_canvas():
    views = tiled("nanovlm", Size(640, 480)).views
    assert views[0].edits == (Resize(1024, 1024), Resize(512, 512, "bilinear"))
    assert views[2].edits == (Resize(1024, 1024), Crop(512, 0, 512, 512))
    (only,) = tiled("nanovlm", Size(100, 100)).views
    assert (only.kind, only.edits) == ("global", (Resize(512, 512),))


@settings(max_examples=100)
@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([512, 1536, 4096]), st.booleans())
def test_other_options(width, height, side, upscale):
    size = Size(width, height)
    ours = as_published(tiled("nanovlm", size, max_side=side, upscale=upscale), size)
    assert ours == nanovlm(width, height, 1, m=side, to_max=upscale)
