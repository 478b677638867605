"""What a tiling policy is: a published rule from the size of a picture to its views and their tokens.

Sizes are ``(width, height)`` in pixels and grids ``(columns, rows)`` throughout, also where the published code turns
them round. Each policy gives the very numbers of the code it names: the order of candidates, the rule for ties and
every rounding count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypedDict

from vlmdata.types import Crop, Size, Transform, View

Color = tuple[int, int, int]
Grid = tuple[int, int]


class TilingOptions(TypedDict, total=False):
    """What policies let be changed; each takes only some of these.

    Keys:
        tile: side of the square views in pixels.
        pinpoints: canvas sizes ``(width, height)`` to choose from, in order of preference; multiples of ``tile``.
        grids: ``(columns, rows)`` to choose from, in order of preference.
        min_tiles: fewest tiles of one picture.
        max_tiles: most tiles, without the small whole; what that bounds is in the docstring of each policy.
        thumbnail: whether the whole picture is added, small, where it was cut; for ``custom``: where it stands.
        split: whether a picture is also cut beside the whole: into quarters, or what the policy says.
        min_pixels: least area after the resize.
        max_pixels: largest area after the resize.
        max_side: longer side after the first resize.
        upscale: whether the longer side becomes ``max_side`` even where the picture is smaller.
        fit: ``pad`` keeps the ratio of width and height and fills up with ``color``, ``squash`` does not keep it.
        color: of the padding, RGB from 0 to 255.
        view_tokens: image tokens of one view.
    """

    tile: int
    pinpoints: Sequence[tuple[int, int]]
    grids: Sequence[Grid]
    min_tiles: int
    max_tiles: int
    thumbnail: bool | Literal["first", "last", "none"]
    split: bool
    min_pixels: int
    max_pixels: int
    max_side: int
    upscale: bool
    fit: Literal["pad", "squash"]
    color: Color
    view_tokens: int | None


@dataclass(frozen=True, slots=True)
class Tiled:
    """One picture as a policy has it.

    Attributes:
        resized: the whole picture after its resize, before it is padded or cut; None where nothing is resized.
        grid: columns and rows of tiles; (1, 1) for a picture that is not cut.
        views: in the order the model reads them.
        tokens: image tokens, row ends among them; what else is counted is in the docstring of each policy.
    """

    resized: Size | None
    grid: Grid
    views: tuple[View, ...]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One published rule.

    Attributes:
        cut: from a size, the number of pictures in the sample and all options to the views. Raises ``BadRecord``
            (``too_thin``, ``too_small``) for a size the published code fails on.
        check: why these options, all of them, cannot be, as a sentence; None if they can.
        defaults: every option the policy takes, as published.
        source: where the rule is published.
    """

    cut: Callable[..., Tiled]
    check: Callable[[TilingOptions], str | None]
    defaults: TilingOptions
    source: str


def tiles(before: tuple[Transform, ...], grid: Grid, tile: Size) -> tuple[View, ...]:
    """The cells of a canvas that ``before`` makes, row by row."""
    return tuple(View("tile", (*before, crop)) for crop in _crops(grid, tile))


@cache
def _crops(grid: Grid, tile: Size) -> tuple[Crop, ...]:
    columns, rows = grid
    return tuple(
        Crop(column * tile.width, row * tile.height, tile.width, tile.height)
        for row in range(rows)
        for column in range(columns)
    )


def no_tile(tile: int, multiple: int) -> str | None:
    """Why a side of tiles cannot be: the vision tower reads patches of ``multiple`` pixels."""
    return (
        None if tile >= multiple and tile % multiple == 0 else f"a tile is a multiple of {multiple} pixels, not {tile}"
    )


def no_range(low: str, high: str, options: TilingOptions) -> str | None:
    """Why the options of these two names are no range of counts."""
    bounds: dict[str, int] = {name: value for name, value in options.items() if isinstance(value, int)}
    return None if 1 <= bounds[low] <= bounds[high] else f"{low} is at least 1 and at most {high}"
