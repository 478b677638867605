import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiling.operations import as_published
from tests.models.tiling.published import smart_resize
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import tiled
from vlmdata.types import Resize, Size


@pytest.mark.parametrize("policy", ["qwen2-vl", "qwen2.5-vl"])
@pytest.mark.parametrize(
    ("height", "width", "to_height", "to_width", "tokens"),
    [
        (480, 640, 476, 644, 391),
        (427, 640, 420, 644, 345),
        (1080, 1920, 1092, 1932, 2691),
        (100, 100, 112, 112, 16),
        (3000, 4000, 2996, 4004, 15301),
        (5000, 7000, 3024, 4228, 16308),
    ],
)
def test_qwen2_within_the_bounds_of_its_checkpoints(policy, height, width, to_height, to_width, tokens):
    shown = tiled(policy, Size(width, height))
    assert shown.resized == Size(to_width, to_height)
    assert shown.tokens == tokens
    assert [view.edits for view in shown.views] == [(Resize(to_width, to_height),)]
    assert shown.grid == (1, 1)


@pytest.mark.parametrize(
    ("height", "width", "to_height", "to_width", "tokens"),
    [
        (480, 640, 480, 640, 300),
        (427, 640, 416, 640, 260),
        (1080, 1920, 1088, 1920, 2040),
        (100, 100, 256, 256, 64),
        (20, 20, 256, 256, 64),
        (3000, 4000, 3008, 4000, 11750),
        (5000, 7000, 3456, 4832, 16308),
    ],
)
def test_qwen3_within_the_bounds_of_its_checkpoints(height, width, to_height, to_width, tokens):
    shown = tiled("qwen3-vl", Size(width, height))
    assert (shown.resized, shown.tokens) == (Size(to_width, to_height), tokens)


@pytest.mark.parametrize(
    ("height", "width", "to_height", "to_width"),
    [(480, 640, 476, 644), (1080, 1920, 728, 1316), (3000, 4000, 840, 1148), (14, 400, 28, 308), (1, 100, 28, 560)],
)
def test_the_bounds_of_the_class(height, width, to_height, to_width):
    shown = tiled("qwen2-vl", Size(width, height), min_pixels=56 * 56, max_pixels=28 * 28 * 1280)
    assert shown.resized == Size(to_width, to_height)


def test_200_to_1_is_the_thinnest():
    assert tiled("qwen2.5-vl", Size(200, 1)).tokens > 0
    with pytest.raises(BadRecord, match="too_thin"):
        tiled("qwen2.5-vl", Size(201, 1))


def test_several_pictures_are_resized_each_by_itself():
    assert tiled("qwen3-vl", Size(640, 480), images=5) == tiled("qwen3-vl", Size(640, 480))


@settings(max_examples=100)
@given(st.integers(20, 4000), st.integers(20, 4000), st.integers(1, 500_000), st.integers(500_000, 2_000_000))
def test_other_bounds(width, height, low, high):
    size = Size(width, height)
    ours = as_published(tiled("qwen2-vl", size, min_pixels=low, max_pixels=high), size)
    assert ours == smart_resize(width, height, 28, low, high)
