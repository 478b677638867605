"""How published models cut a picture into views.

Sizes are ``(width, height)`` in pixels throughout, also where the published code turns them round. Each policy
gives the very numbers of the code it names: the order of candidates, the rule for ties and every rounding count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypedDict, Unpack

from vlmdata.types import Crop, Layout, Pad, Resize, Size, Transform, View

TilingPolicy = Literal["llava-next", "internvl"]
Pinpoints = Sequence[tuple[int, int]]

LLAVA_NEXT_PINPOINTS = ((336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008))
CLIP_MEAN_COLOR = (122, 116, 104)

_PATCH = 14


class TilingOptions(TypedDict, total=False):
    """What policies let be changed; each takes only some of these.

    Keys:
        tile: side of the square views in pixels.
        pinpoints: canvas sizes ``(width, height)`` to choose from, in order of preference; multiples of ``tile``.
        min_tiles: fewest tiles of one picture.
        max_tiles: most tiles of one sample, without thumbnails; several pictures share them.
        thumbnail: whether the whole picture is added where it was cut.
    """

    tile: int
    pinpoints: Pinpoints
    min_tiles: int
    max_tiles: int
    thumbnail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    views: Callable[..., tuple[View, ...]]
    tokens: Callable[..., int]
    defaults: TilingOptions


def layout_of(policy: str, size: Size, *, images: int = 1, **options: Unpack[TilingOptions]) -> Layout:
    """The views of a picture of ``size``, in the order the model reads them.

    ``images`` is how many pictures its sample has: published code cuts less where there are several. Raises
    ``ValueError`` for an unknown policy or options it does not take.
    """
    if wrong := complaint(policy, options):
        raise ValueError(wrong)
    chosen = POLICIES[policy]
    return Layout(policy, chosen.views(size, images, **{**chosen.defaults, **options}))


def tokens_of(policy: str, size: Size, *, images: int = 1, **options: Unpack[TilingOptions]) -> int:
    """Image tokens a model spends on that layout: row ends are counted, marks before and after are not."""
    views = layout_of(policy, size, images=images, **options).views
    chosen = POLICIES[policy]
    return chosen.tokens(size, len(views), **{**chosen.defaults, **options})


def complaint(policy: str, options: TilingOptions) -> str | None:
    """Why these options do not go with the policy, as a sentence, or None."""
    if policy not in POLICIES:
        return f"unknown tiling policy {policy!r}; known: {', '.join(POLICIES)}"
    defaults = POLICIES[policy].defaults
    if foreign := [name for name in options if name not in defaults]:
        return f"{policy} takes {', '.join(defaults)}, not {', '.join(foreign)}"
    merged: TilingOptions = {**defaults, **options}
    tile, pinpoints = merged["tile"], merged.get("pinpoints", ((merged["tile"], merged["tile"]),))
    if tile < _PATCH or tile % _PATCH:
        return f"a tile is a multiple of {_PATCH} pixels, not {tile}"
    if not pinpoints or any(side < tile or side % tile for pair in pinpoints for side in pair):
        return f"pinpoints are [width, height] pairs in multiples of the tile of {tile}"
    if not 1 <= merged.get("min_tiles", 1) <= merged.get("max_tiles", 1):
        return "min_tiles is at least 1 and at most max_tiles"
    return None


def _cut(before: tuple[Transform, ...], size: Size, tile: int) -> Iterator[View]:
    """Square tiles of a canvas of ``size``, row by row."""
    for top in range(0, size.height, tile):
        for left in range(0, size.width, tile):
            yield View("tile", (*before, Crop(left, top, tile, tile)))


# LLaVA-NeXT: LLaVA-VL/LLaVA-NeXT, llava/mm_utils.py


def select_best_resolution(size: Size, candidates: Pinpoints) -> Size:
    """The canvas that keeps most pixels of the picture and, among equals, wastes least; the first of those.

    Source: LLaVA-NeXT ``llava/mm_utils.py::select_best_resolution``.
    """

    def merit(candidate: tuple[int, int]) -> tuple[int, int]:
        width, height = candidate
        scale = min(width / size.width, height / size.height)
        kept = min(int(size.width * scale) * int(size.height * scale), size.area)
        return kept, kept - width * height

    return Size(*max(candidates, key=merit))


def resize_and_pad(size: Size, canvas: Size) -> tuple[Resize, Pad]:
    """Fit the picture into the canvas, its aspect kept, centred on black.

    Source: LLaVA-NeXT ``llava/mm_utils.py::resize_and_pad_image``.
    """
    by_width, by_height = canvas.width / size.width, canvas.height / size.height
    if by_width < by_height:
        fitted = Size(canvas.width, min(math.ceil(size.height * by_width), canvas.height))
    else:
        fitted = Size(min(math.ceil(size.width * by_height), canvas.width), canvas.height)
    return Resize(fitted.width, fitted.height), _centred(fitted, canvas, (0, 0, 0))


def expand_to_square(size: Size) -> Pad:
    """Padding to a square in CLIP's mean colour; an odd pixel goes to the right or the bottom.

    Source: LLaVA-NeXT ``llava/mm_utils.py::expand2square``.
    """
    side = max(size.width, size.height)
    return _centred(size, Size(side, side), CLIP_MEAN_COLOR)


def _centred(size: Size, canvas: Size, color: tuple[int, int, int]) -> Pad:
    left, top = (canvas.width - size.width) // 2, (canvas.height - size.height) // 2
    return Pad(left, top, canvas.width - size.width - left, canvas.height - size.height - top, color)


def _llava_next(size: Size, images: int, *, tile: int, pinpoints: Pinpoints) -> tuple[View, ...]:
    """Source: ``process_anyres_image``; several images are only padded (``llava/train/train.py::_get_item``)."""
    if images > 1:
        return (View("global", (expand_to_square(size), Resize(tile, tile))),)
    canvas = select_best_resolution(size, pinpoints)
    squashed = View("global", (Resize(tile, tile),))
    return (squashed, *_cut(resize_and_pad(size, canvas), canvas, tile))


def _llava_next_tokens(size: Size, views: int, *, tile: int, pinpoints: Pinpoints) -> int:
    """Source: ``llava/model/llava_arch.py::unpad_image`` and its merge type ``spatial_unpad``."""
    side = tile // _PATCH
    if views == 1:
        return side * side
    canvas = select_best_resolution(size, pinpoints)
    columns, rows = canvas.width // _PATCH, canvas.height // _PATCH
    if size.width / size.height > columns / rows:
        rows -= (rows - int(size.height * (columns / size.width))) // 2 * 2
    else:
        columns -= (columns - int(size.width * (rows / size.height))) // 2 * 2
    return side * side + rows * columns + rows


# InternVL: OpenGVLab/InternVL, internvl_chat/internvl/train/dataset.py


def closest_grid(size: Size, tile: int, min_tiles: int, max_tiles: int) -> tuple[int, int]:
    """Columns and rows whose aspect is closest to the picture's.

    Smaller grids come first; of two equally close ones the later wins if the picture has more than half as many
    pixels as its canvas. Source: InternVL ``find_closest_aspect_ratio``.
    """
    grids = sorted(
        (
            (columns, rows)
            for columns in range(1, max_tiles + 1)
            for rows in range(1, max_tiles // columns + 1)
            if columns * rows >= min_tiles
        ),
        key=lambda grid: (grid[0] * grid[1], grid),
    )
    best, closest = (1, 1), math.inf
    for columns, rows in grids:
        distance = abs(size.width / size.height - columns / rows)
        if distance < closest:
            best, closest = (columns, rows), distance
        elif distance == closest and size.area > 0.5 * tile * tile * columns * rows:
            best = (columns, rows)
    return best


def _internvl(
    size: Size, images: int, *, tile: int, min_tiles: int, max_tiles: int, thumbnail: bool
) -> tuple[View, ...]:
    """Source: ``dynamic_preprocess``; several images share the tiles (``finetune.py``, multi-image items)."""
    most = max(1, max_tiles // images)
    columns, rows = closest_grid(size, tile, min(min_tiles, most), most)
    whole = View("global", (Resize(tile, tile),))
    if columns == rows == 1:
        return (whole,)
    canvas = Size(tile * columns, tile * rows)
    tiles = tuple(_cut((Resize(canvas.width, canvas.height),), canvas, tile))
    return (*tiles, whole) if thumbnail else tiles


def _internvl_tokens(size: Size, views: int, *, tile: int, **_: object) -> int:
    """Four patches to a token (InternVL ``num_image_token``, ``down_sample_ratio`` 0.5)."""
    return views * ((tile // _PATCH) ** 2 // 4)


POLICIES: Mapping[str, _Policy] = MappingProxyType(
    {
        "llava-next": _Policy(
            views=_llava_next,
            tokens=_llava_next_tokens,
            defaults={"tile": 336, "pinpoints": LLAVA_NEXT_PINPOINTS},
        ),
        "internvl": _Policy(
            views=_internvl,
            tokens=_internvl_tokens,
            defaults={"tile": 448, "min_tiles": 1, "max_tiles": 12, "thumbnail": True},
        ),
    }
)
