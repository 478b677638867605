"""PaliGemma, Gemma 3, Pixtral, Llama 3.2 Vision, Molmo and DeepSeek-VL2: known sizes, and what their options change.

``test_sweep`` compares them with their published formulas over many sizes.
"""

from typing import Any

import pytest

from tests.models.tiling.operations import as_published
from tests.models.tiling.published_padded import gemma_3, llama_32_vision
from tests.models.tiling.test_sweep import sizes
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import complaint, tiled
from vlmdata.types import Pad, Size

# Policy, size, resized, grid, views, tokens. From the processors of transformers 5.23 and DeepSeek-VL2's report.
VECTORS = [
    ("paligemma-2", (640, 480), (224, 224), (1, 1), 1, 256),
    ("gemma-3", (640, 480), (896, 896), (1, 1), 1, 256),
    ("pixtral", (640, 480), (640, 480), (1, 1), 1, 1230),
    ("pixtral", (1920, 1080), (1024, 576), (1, 1), 1, 2340),
    ("pixtral", (17, 15), (32, 16), (1, 1), 1, 3),
    ("llama-3.2-vision", (640, 480), (640, 480), (2, 1), 2, 1),
    ("llama-3.2-vision", (100, 100), (560, 560), (1, 1), 1, 1),
    ("llama-3.2-vision", (1920, 1080), (1120, 630), (2, 2), 4, 1),
    ("llama-3.2-vision", (300, 1200), (300, 1200), (1, 3), 3, 1),
    ("molmo", (640, 480), (746, 560), (3, 2), 7, 156 + 29 * 20),
    ("molmo", (1000, 1000), (784, 784), (3, 3), 10, 156 + 29 * 28),
    ("deepseek-vl2", (384, 384), (384, 384), (1, 1), 2, 421),
    ("deepseek-vl2", (768, 768), (768, 768), (2, 2), 5, 1023),
    ("deepseek-vl2", (1152, 1152), (1152, 1152), (3, 3), 10, 2017),
]


@pytest.mark.parametrize(("policy", "size", "resized", "grid", "views", "tokens"), VECTORS)
def test_known_sizes(policy, size, resized, grid, views, tokens):
    found = tiled(policy, Size(*size))
    assert found.resized == Size(*resized)
    assert (found.grid, len(found.views), found.tokens) == (grid, views, tokens)


@pytest.mark.parametrize(("tile", "tokens"), [(224, 256), (448, 1024), (896, 4096)])
def test_paligemma_has_three_sizes(tile, tokens):
    assert tiled("paligemma-2", Size(640, 480), tile=tile).tokens == tokens


def test_pan_and_scan_is_as_published_over_many_sizes():
    for width, height in sizes()[::10]:
        expected = gemma_3(width, height, 1, pan_and_scan=True)
        assert as_published(tiled("gemma-3", Size(width, height), split=True), Size(width, height)) == expected


def test_pan_and_scan_cuts_a_long_picture_and_the_last_part_is_the_rest():
    found = tiled("gemma-3", Size(1000, 400), split=True)
    assert (found.grid, found.tokens) == ((3, 1), 4 * 256)
    ends = [view.source(Size(1000, 400)).x2 for view in found.views]
    assert ends == pytest.approx([1000, 334, 668, 1000])


def test_the_base_model_of_llama_has_smaller_tiles():
    for width, height in sizes()[::20]:
        expected = llama_32_vision(width, height, 1, tile=448)
        assert as_published(tiled("llama-3.2-vision", Size(width, height), tile=448), Size(width, height)) == expected


def test_molmo_tiles_overlap_by_112_pixels():
    tiles = [view.edits[-1] for view in tiled("molmo", Size(784, 336)).views[1:]]
    assert [(crop.left, crop.top, crop.width) for crop in tiles] == [(0, 0, 336), (224, 0, 336), (448, 0, 336)]


def test_deepseek_pads_half_pixels_to_the_even_side():
    """Pillow's ``ImageOps.pad`` rounds 0.5 to 0 and 1.5 to 2: the odd pixel is not always below."""
    pads = {size: tiled("deepseek-vl2", Size(*size), images=3).views[0].edits[1] for size in ((384, 383), (384, 381))}
    assert [(pad.top, pad.bottom) for pad in pads.values() if isinstance(pad, Pad)] == [(0, 1), (2, 1)]


def test_deepseek_does_not_cut_where_there_are_more_than_two_pictures():
    grids = [tiled("deepseek-vl2", Size(1000, 1000), images=images).grid for images in (1, 2, 3)]
    assert grids == [(3, 3), (3, 3), (1, 1)]


@pytest.mark.parametrize(
    ("policy", "size"), [("pixtral", (3000, 1)), ("molmo", (1, 5000)), ("deepseek-vl2", (8000, 1))]
)
def test_a_size_the_published_code_fails_on_is_a_record(policy, size):
    with pytest.raises(BadRecord, match="too_thin"):
        tiled(policy, Size(*size))


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        ("paligemma-2", {"tile": 336}, "a tile is 224, 448 or 896 pixels, not 336"),
        ("gemma-3", {"max_tiles": 1}, "max_tiles is from 2 to 256"),
        ("gemma-3", {"tile": 448}, "gemma-3 takes split, max_tiles, not tile"),
        ("pixtral", {"max_side": 8}, "max_side is at least 16"),
        ("llama-3.2-vision", {"tile": 500}, "a tile is a multiple of 14 pixels, not 500"),
        ("llama-3.2-vision", {"max_tiles": 0}, "max_tiles is at least 1"),
        ("molmo", {"max_tiles": 0}, "max_tiles is at least 1"),
        ("deepseek-vl2", {"max_tiles": 0}, "max_tiles is at least 1"),
    ],
)
def test_options_that_cannot_be(policy: str, options: dict[str, Any], said: str):
    assert complaint(policy, options) == said  # type: ignore[arg-type]
