import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published_phi import phi_4_mm, phi_35
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import tiled, tokens_of
from vlmdata.types import Chain, Crop, HFlip, Pad, Point, Resize, Rot90, Size

WHITE = (255, 255, 255)


@pytest.mark.parametrize(
    ("width", "height", "resized", "grid", "tokens"),
    [
        (640, 480, (1344, 1008), (4, 3), 1921),
        (480, 640, (1008, 1344), (3, 4), 1933),
        (336, 336, (1344, 1344), (4, 4), 2509),
        (2000, 600, (2016, 604), (6, 2), 1909),
    ],
)
def test_phi_35(width, height, resized, grid, tokens):
    shown = tiled("phi-3.5", Size(width, height))
    assert (shown.resized, shown.grid, shown.tokens) == (Size(*resized), grid, tokens)


def test_four_tiles_at_most_where_there_are_several_pictures():
    assert tokens_of("phi-3.5", Size(640, 480), max_tiles=4) == 757
    assert tokens_of("phi-3.5", Size(640, 480), images=2) == 757
    assert tiled("phi-3.5", Size(640, 480), images=2, max_tiles=1).grid == (1, 1)


def test_a_tall_picture_is_transposed_for_its_resize():
    transposed = (Rot90(1), HFlip())
    moved = Chain(transposed).matrix(Size(480, 641)).point(Point(3, 600))
    assert moved == Point(600, 3)
    first = tiled("phi-3.5", Size(480, 641)).views[1]
    made = (Resize(1344, 1006, "bilinear"), Pad(0, 1, 0, 1, WHITE))
    assert first.edits == (*transposed, *made, *transposed, Crop(0, 0, 336, 336))
    assert first.source(Size(480, 641)).x1 < 0


@pytest.mark.parametrize(
    ("width", "height", "tokens"), [(640, 480, 1065), (448, 448, 545), (1000, 1000, 2625), (1920, 1080, 3918)]
)
def test_phi_4_mm(width, height, tokens):
    assert tokens_of("phi-4-mm", Size(width, height)) == tokens


def test_phi_4_mm_pads_to_the_right_and_below():
    shown = tiled("phi-4-mm", Size(640, 480))
    assert (shown.resized, shown.grid) == (Size(896, 672), (2, 2))
    made = (Resize(896, 672, "bilinear"), Pad(0, 0, 0, 224, WHITE))
    assert shown.views[0].edits == (*made, Resize(448, 448))
    assert shown.views[1].edits == (*made, Crop(0, 0, 448, 448))


@pytest.mark.parametrize(("policy", "size"), [("phi-3.5", (6000, 1)), ("phi-4-mm", (8, 2000))])
def test_what_is_too_thin_is_refused(policy, size):
    with pytest.raises(BadRecord, match="too_thin"):
        tiled(policy, Size(*size))


@settings(max_examples=100)
@given(st.integers(50, 4000), st.integers(50, 4000), st.sampled_from([1, 4, 9]))
def test_other_bounds(width, height, most):
    size = Size(width, height)
    assert as_published(tiled("phi-3.5", size, max_tiles=most), size) == phi_35(width, height, 1, num_crops=most)
    if (expected := phi_4_mm(width, height, 1, max_num=most)) is not None:
        assert as_published(tiled("phi-4-mm", size, max_tiles=most), size) == expected
