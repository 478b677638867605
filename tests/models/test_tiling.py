"""Layouts against the published algorithms: vectors, and the code's own formulas over many sizes."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.models.tiling import LLAVA_NEXT_PINPOINTS, closest_grid, layout_of, select_best_resolution, tokens_of
from vlmdata.types import Box, Crop, Pad, Resize, Size

SIZES = st.builds(Size, st.integers(1, 4000), st.integers(1, 4000))


def published_best_resolution(size, candidates):
    best, most, least = None, 0, math.inf
    for width, height in candidates:
        scale = min(width / size.width, height / size.height)
        kept = min(int(size.width * scale) * int(size.height * scale), size.width * size.height)
        waste = width * height - kept
        if kept > most or (kept == most and waste < least):
            best, most, least = (width, height), kept, waste
    return Size(*best)


def published_grid(size, low, high, tile=448):
    ratios = {(i, j) for n in range(low, high + 1) for i in range(1, n + 1) for j in range(1, n + 1)}
    best, nearest = (1, 1), math.inf
    for ratio in sorted((r for r in ratios if low <= r[0] * r[1] <= high), key=lambda r: r[0] * r[1]):
        distance = abs(size.width / size.height - ratio[0] / ratio[1])
        if distance < nearest:
            best, nearest = ratio, distance
        elif distance == nearest and size.width * size.height > 0.5 * tile * tile * ratio[0] * ratio[1]:
            best = ratio
    return best


@settings(max_examples=200)
@given(SIZES)
def test_llava_next_canvas_is_the_published_one(size):
    assert select_best_resolution(size, LLAVA_NEXT_PINPOINTS) == published_best_resolution(size, LLAVA_NEXT_PINPOINTS)


@settings(max_examples=200)
@given(SIZES, st.sampled_from([1, 2]), st.sampled_from([6, 12]))
def test_internvl_grid_is_the_published_one(size, low, high):
    assert closest_grid(size, 448, low, high) == published_grid(size, low, high)


@pytest.mark.parametrize(
    ("height", "width", "tokens"),
    [
        (480, 640, 2340),
        (640, 480, 2352),
        (336, 336, 1176),
        (1000, 1000, 2928),
        (600, 2000, 2182),
        (2000, 600, 2232),
        (1080, 1920, 1948),
    ],
)
def test_llava_next_tokens(height, width, tokens):
    assert tokens_of("llava-next", Size(width, height)) == tokens


def test_llava_next_square_tie_takes_the_first_pinpoint():
    assert select_best_resolution(Size(336, 336), LLAVA_NEXT_PINPOINTS) == Size(336, 672)


def test_llava_next_views():
    layout = layout_of("llava-next", Size(640, 480))
    assert layout.policy == "llava-next"
    assert layout.views[0].kind == "global"
    assert layout.views[0].edits == (Resize(336, 336),)
    assert [view.kind for view in layout.views[1:]] == ["tile"] * 4
    assert layout.views[1].edits == (Resize(672, 504), Pad(0, 84, 0, 84), Crop(0, 0, 336, 336))
    assert [view.edits[2] for view in layout.views[1:]] == [Crop(x, y, 336, 336) for y in (0, 336) for x in (0, 336)]


def test_several_llava_next_images_are_padded_only():
    (view,) = layout_of("llava-next", Size(641, 480), images=2).views
    assert view.edits == (Pad(0, 80, 0, 81, (122, 116, 104)), Resize(336, 336))
    assert tokens_of("llava-next", Size(641, 480), images=2) == 576


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
def test_internvl_grids(width, height, grid, views):
    layout = layout_of("internvl", Size(width, height))
    assert closest_grid(Size(width, height), 448, 1, 12) == grid
    assert len(layout.views) == views
    assert tokens_of("internvl", Size(width, height)) == 256 * views
    assert layout.views[-1].edits == (Resize(448, 448),)
    assert layout.views[-1].kind == "global"


def test_internvl_options_and_shared_tiles():
    size = Size(640, 480)
    assert len(layout_of("internvl", size, max_tiles=6).views) == 7
    assert len(layout_of("internvl", size, max_tiles=6, thumbnail=False).views) == 6
    assert layout_of("internvl", size, images=2) == layout_of("internvl", size, max_tiles=6)
    assert len(layout_of("internvl", size, images=20).views) == 1


@settings(max_examples=60)
@given(SIZES, st.sampled_from(["llava-next", "internvl"]), st.sampled_from([1, 3]))
def test_every_view_has_tile_size_and_together_they_show_everything(size, policy, images):
    layout = layout_of(policy, size, images=images)
    side = 336 if policy == "llava-next" else 448
    assert {view.size(size) for view in layout.views} == {Size(side, side)}
    tiles = [view.source(size) for view in layout.views if view.kind == "tile"] or [layout.views[0].source(size)]
    covered = Box.around([corner for box in tiles for corner in box.corners])
    assert covered.x1 <= 1e-6
    assert covered.y1 <= 1e-6
    assert covered.x2 >= size.width - 1e-6
    assert covered.y2 >= size.height - 1e-6


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        ("llava", {}, "unknown tiling policy 'llava'"),
        ("internvl", {"pinpoints": ((448, 448),)}, "not pinpoints"),
        ("llava-next", {"pinpoints": ((300, 336),)}, "multiples of the tile"),
        ("internvl", {"min_tiles": 13}, "at most max_tiles"),
        ("internvl", {"tile": 100}, "multiple of 14"),
    ],
)
def test_wrong_use_says_what_is_wrong(policy, options, said):
    with pytest.raises(ValueError, match=said):
        layout_of(policy, Size(10, 10), **options)
