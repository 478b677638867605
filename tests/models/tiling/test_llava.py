import pytest

from vlmdata.models.tiling import tiled, tokens_of
from vlmdata.models.tiling.llava import NEXT_HF_PINPOINTS, NEXT_PINPOINTS, select_best_resolution
from vlmdata.types import Crop, Pad, Resize, Size


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


@pytest.mark.parametrize("policy", ["llava-onevision", "llava-onevision-hf"])
@pytest.mark.parametrize(
    ("height", "width", "tokens"),
    [(480, 640, 2929), (336, 336, 1485), (1000, 1000, 7371), (1080, 1920, 7269), (3000, 4000, 7309)],
)
def test_llava_onevision_tokens(policy, height, width, tokens):
    assert tokens_of(policy, Size(width, height)) == tokens


def test_a_square_tie_takes_the_first_pinpoint_of_each_code():
    assert select_best_resolution(Size(336, 336), NEXT_PINPOINTS) == Size(336, 672)
    assert select_best_resolution(Size(336, 336), NEXT_HF_PINPOINTS) == Size(672, 336)
    assert tiled("llava-next", Size(336, 336)).grid == (1, 2)
    assert tiled("llava-next-hf", Size(336, 336)).grid == (2, 1)


@pytest.mark.parametrize(("policy", "size"), [("llava-next", (352, 836)), ("llava-onevision", (1851, 617))])
def test_transformers_rounds_before_it_truncates(policy, size):
    assert tokens_of(policy, Size(*size)) != tokens_of(f"{policy}-hf", Size(*size))


def test_llava_next_views():
    shown = tiled("llava-next", Size(640, 480))
    assert shown.resized == Size(672, 504)
    assert shown.grid == (2, 2)
    assert [view.kind for view in shown.views] == ["global", "tile", "tile", "tile", "tile"]
    assert shown.views[0].edits == (Resize(336, 336),)
    assert shown.views[1].edits == (Resize(672, 504), Pad(0, 84, 0, 84), Crop(0, 0, 336, 336))
    assert [view.edits[2] for view in shown.views[1:]] == [Crop(x, y, 336, 336) for y in (0, 336) for x in (0, 336)]


def test_llava_15_pads_in_the_mean_colour():
    shown = tiled("llava-1.5", Size(641, 480))
    assert shown.views[0].edits == (Pad(0, 80, 0, 81, (122, 116, 104)), Resize(336, 336))
    assert shown.tokens == 576
    assert tiled("llava-1.5", Size(641, 480), color=(0, 0, 0)).views[0].edits[0] == Pad(0, 80, 0, 81)


@pytest.mark.parametrize(
    ("policy", "color", "side", "tokens"),
    [("llava-next", (122, 116, 104), 336, 577), ("llava-onevision", (127, 127, 127), 384, 730)],
)
def test_several_pictures_are_padded_only_and_end_in_one_newline(policy, color, side, tokens):
    shown = tiled(policy, Size(641, 480), images=2)
    assert [view.edits for view in shown.views] == [(Pad(0, 80, 0, 81, color), Resize(side, side))]
    assert shown.tokens == tokens


def test_transformers_cuts_several_llava_next_pictures_too():
    assert tiled("llava-next-hf", Size(641, 480), images=2) == tiled("llava-next-hf", Size(641, 480))


def test_other_towers():
    assert tokens_of("llava-1.5", Size(640, 480), tile=224) == 256
    assert tiled("llava-next", Size(640, 480), tile=224, pinpoints=[(448, 448)]).grid == (2, 2)
    most = tokens_of("llava-onevision", Size(3000, 4000), max_tiles=4)
    assert most < tokens_of("llava-onevision", Size(3000, 4000))
