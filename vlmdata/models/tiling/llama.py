"""Llama 3.2 Vision: tiles of a canvas padded in black, and no small whole."""

from __future__ import annotations

from functools import cache

from vlmdata.models.tiling.padding import BLACK
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, no_tile, tiles
from vlmdata.types import Pad, Resize, Size, View


def _llama(size: Size, images: int, *, tile: int, max_tiles: int) -> Tiled:
    """Never made larger than to fill a tile; bilinear, padded to the right and below. Each picture by itself.

    The Instruct models have tiles of 560 pixels, the base model of 11B has 448. Counted: the one ``<|image|>`` of the
    text; what is in the picture reaches the model by cross-attention, outside the sequence. Source: transformers
    ``mllama/image_processing_pil_mllama.py``: ``get_optimal_tiled_canvas``, ``get_image_size_fit_to_canvas``.
    """
    canvas = _canvas(size, tile, max_tiles)
    fitted = _fitted(size, canvas, tile)
    edits = (
        Resize(fitted.width, fitted.height, "bilinear"),
        Pad(0, 0, canvas.width - fitted.width, canvas.height - fitted.height, BLACK),
    )
    grid = canvas.width // tile, canvas.height // tile
    views = tiles(edits, grid, Size(tile, tile)) if grid != (1, 1) else (View("global", edits),)
    return Tiled(fitted, grid, views, 1)


def _canvas(size: Size, tile: int, max_tiles: int) -> Size:
    """The canvas that enlarges the picture least, else shrinks it least; the smallest and then lowest of those."""
    best, chosen = Size(tile, tile), (False, 0.0)
    for canvas in _canvases(tile, max_tiles):
        scale = min(canvas.width / size.width, canvas.height / size.height)
        merit = (True, -scale) if scale >= 1 else (False, scale)
        if merit > chosen or (merit == chosen and canvas.area < best.area):
            best, chosen = canvas, merit
    return best


@cache
def _canvases(tile: int, max_tiles: int) -> tuple[Size, ...]:
    """All of so many tiles, lowest first."""
    return tuple(
        Size(columns * tile, rows * tile)
        for rows in range(1, max_tiles + 1)
        for columns in range(1, max_tiles // rows + 1)
    )


def _fitted(size: Size, canvas: Size, tile: int) -> Size:
    width = min(max(size.width, tile), canvas.width)
    height = min(max(size.height, tile), canvas.height)
    by_width, by_height = width / size.width, height / size.height
    if by_width < by_height:
        return Size(width, min(int(size.height * by_width) or 1, height))
    return Size(min(int(size.width * by_height) or 1, width), height)


def _check(options: TilingOptions) -> str | None:
    if options["max_tiles"] < 1:
        return "max_tiles is at least 1"
    return no_tile(options["tile"], 14)


LLAMA_32_VISION = Policy(
    cut=_llama,
    check=_check,
    defaults={"tile": 560, "max_tiles": 4},
    source="huggingface/transformers src/transformers/models/mllama: image_processing_pil_mllama.py; "
    "meta-llama/Llama-3.2-11B-Vision-Instruct preprocessor_config.json",
)
