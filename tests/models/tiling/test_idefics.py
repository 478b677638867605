import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published_idefics import idefics2, idefics3
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import tiled
from vlmdata.types import Crop, Resize, Size

SIDES = st.integers(2, 4000)


@pytest.mark.parametrize(
    ("height", "width", "grid", "views", "tokens"),
    [
        (480, 640, (4, 3), 13, (2227, 1083, 862)),
        (1000, 1000, (4, 4), 17, (2912, 1416, 1127)),
        (2000, 600, (2, 4), 9, (1544, 752, 599)),
        (300, 1200, (4, 1), 5, (857, 417, 332)),
    ],
)
def test_grids_and_tokens(height, width, grid, views, tokens):
    for policy, count in zip(("idefics3", "smolvlm", "smolvlm2"), tokens, strict=True):
        shown = tiled(policy, Size(width, height))
        assert shown.grid == grid
        assert len(shown.views) == views
        assert shown.tokens == count


def test_idefics3_makes_small_pictures_large_and_puts_the_whole_last():
    shown = tiled("idefics3", Size(64, 40))
    made = (Resize(1456, 910, "lanczos"), Resize(1456, 1092, "lanczos"))
    assert shown.resized == Size(1456, 1092)
    assert shown.views[0].edits == (*made, Crop(0, 0, 364, 364))
    assert shown.views[-1].edits == (*made, Resize(364, 364, "lanczos"))
    assert [view.kind for view in shown.views] == ["tile"] * 12 + ["global"]


def test_a_picture_of_one_tile_is_not_cut():
    shown = tiled("smolvlm2", Size(64, 40), max_side=512)
    assert (shown.grid, shown.tokens) == ((1, 1), 64 + 3)
    assert [view.edits for view in shown.views] == [(Resize(512, 320, "lanczos"), Resize(512, 512, "lanczos"))]


@settings(max_examples=100)
@given(SIDES, SIDES, st.sampled_from([2, 3]))
def test_idefics3_of_another_side(width, height, times):
    size = Size(width, height)
    ours = as_published(tiled("smolvlm", size, max_side=times * 384), size)
    assert ours == idefics3(width, height, 1, longest=times * 384, m=384, seq=81)


def test_idefics2_cuts_quarters_before_it_resizes():
    shown = tiled("idefics2", Size(1001, 501))
    assert [view.edits for view in shown.views] == [
        (Crop(0, 0, 500, 250), Resize(500, 378, "bilinear")),
        (Crop(500, 0, 501, 250), Resize(501, 378, "bilinear")),
        (Crop(0, 250, 500, 251), Resize(500, 378, "bilinear")),
        (Crop(500, 250, 501, 251), Resize(501, 378, "bilinear")),
        (Resize(980, 490, "bilinear"),),
    ]
    assert (shown.grid, shown.tokens) == ((2, 2), 5 * 64 + 6)
    assert tiled("idefics2", Size(1001, 501), split=False).tokens == 64 + 2


def test_a_side_of_one_pixel_cannot_be_halved():
    with pytest.raises(BadRecord, match="too_small"):
        tiled("idefics2", Size(1, 300))
    assert tiled("idefics2", Size(1, 300), split=False).resized == Size(378, 378)


@settings(max_examples=100)
@given(SIDES, SIDES)
def test_idefics2_unsplit(width, height):
    size = Size(width, height)
    assert as_published(tiled("idefics2", size, split=False), size) == idefics2(width, height, 1, splitting=False)
