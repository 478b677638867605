"""What holds for every policy."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.models.tiling import POLICIES, TilingPolicy, complaint, layout_of, tiled, tokens_of
from vlmdata.types import Box, Layout, Size

SIZES = st.builds(Size, st.integers(30, 4000), st.integers(30, 4000))


def test_the_names_are_the_same_everywhere():
    assert get_args(TilingPolicy) == tuple(POLICIES)


@pytest.mark.parametrize("policy", POLICIES)
def test_defaults_are_options_the_policy_takes(policy):
    assert complaint(policy, POLICIES[policy].defaults) is None
    assert POLICIES[policy].source
    size = Size(640, 480)
    assert tiled(policy, size, **POLICIES[policy].defaults) == tiled(policy, size)


@pytest.mark.parametrize("policy", POLICIES)
def test_both_halves_of_an_answer(policy):
    size = Size(1001, 620)
    for images in (1, 3):
        shown = tiled(policy, size, images=images)
        assert layout_of(policy, size, images=images) == Layout(policy, shown.views, shown.grid, shown.tokens)
        assert tokens_of(policy, size, images=images) == shown.tokens


@settings(max_examples=60)
@given(SIZES, st.sampled_from([*POLICIES]), st.sampled_from([1, 3]))
def test_together_the_views_show_everything(size, policy, images):
    shown = tiled(policy, size, images=images)
    tiles = [view for view in shown.views if view.kind == "tile"] or shown.views
    if tiles[0].kind == "tile":
        assert len(tiles) == shown.grid[0] * shown.grid[1]
    covered = Box.around([corner for view in tiles for corner in view.source(size).corners])
    assert covered.x1 <= 1e-6
    assert covered.y1 <= 1e-6
    assert covered.x2 >= size.width - 1e-6
    assert covered.y2 >= size.height - 1e-6
    assert all(view.size(size).area > 0 for view in shown.views)


@settings(max_examples=60)
@given(SIZES, st.sampled_from([*POLICIES]))
def test_a_box_is_found_in_the_views(size, policy):
    middle = Box(size.width / 2 - 3, size.height / 2 - 3, size.width / 2 + 3, size.height / 2 + 3)
    layout = layout_of(policy, size)
    found = layout.locate(middle, size)
    shares = [seen.share for seen in found if layout.views[seen.view].kind == "tile"]
    assert not shares or sum(shares) >= 1 - 1e-6  # more where tiles overlap
    for seen in found:
        if layout.views[seen.view].kind == "global":
            assert seen.share == pytest.approx(1)


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        ("llava", {}, "unknown tiling policy 'llava'"),
        ("internvl", {"pinpoints": ((448, 448),)}, "not pinpoints"),
        ("qwen3-vl", {"tile": 32}, "qwen3-vl takes min_pixels, max_pixels, not tile"),
        ("llava-next", {"pinpoints": ((300, 336),)}, "multiples of the tile"),
        ("llava-next", {"pinpoints": ()}, "multiples of the tile"),
        ("llava-next", {"tile": 100}, "multiple of 14"),
        ("llava-1.5", {"color": (0, 0, 256)}, "0 to 255"),
        ("llava-onevision", {"tile": 13}, "at least 14"),
        ("llava-onevision", {"max_tiles": 0}, "max_tiles"),
        ("internvl", {"min_tiles": 13}, "at most max_tiles"),
        ("internvl", {"tile": 42}, "multiple of 28"),
        ("internvl", {"thumbnail": "first"}, "true or false"),
        ("qwen2.5-vl", {"min_pixels": 10, "max_pixels": 9}, "at most max_pixels"),
        ("idefics3", {"max_side": 5000}, "to 4096"),
        ("nanovlm", {"max_side": 1000}, "multiple of 512"),
        ("nanovlm", {"max_side": 5120}, "up to 4096"),
        ("phi-3.5", {"max_tiles": 0}, "at least 1"),
        ("phi-4-mm", {"max_tiles": 0}, "at least 1"),
        ("minicpm-v", {"max_tiles": 0}, "at least 1"),
        ("custom", {"grids": ((0, 1),)}, "at least 1"),
        ("custom", {"grids": ()}, "grids"),
        ("custom", {"tile": 0}, "tile is at least 1"),
        ("custom", {"thumbnail": True}, "first, last or none"),
        ("custom", {"color": (-1, 0, 0)}, "0 to 255"),
    ],
)
def test_wrong_use_says_what_is_wrong(policy, options, said):
    with pytest.raises(ValueError, match=said):
        tiled(policy, Size(10, 10), **options)
