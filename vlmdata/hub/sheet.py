"""A picture of some pictures of a data set, for its card."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.pixels.encode import encode
from vlmdata.pixels.look import look
from vlmdata.pixels.policy import PixelPolicy

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

COLUMNS, ROWS = 4, 3
_CELL, _GAP, _PAPER = 240, 8, 255
_POLICY = PixelPolicy(quality=85)


def sheet(pictures: Iterable[bytes]) -> bytes | None:
    """A JPEG of the first ``COLUMNS`` x ``ROWS`` pictures that can be decoded, in rows; None where none can.

    Equal pictures make equal bytes. Each is fitted into its cell and never enlarged.
    """
    import numpy as np

    cells = list(islice(_decoded(pictures), COLUMNS * ROWS))
    if not cells:
        return None
    lines = -(-len(cells) // COLUMNS)
    step = _CELL + _GAP
    width = min(len(cells), COLUMNS) * step + _GAP
    paper = np.full((lines * step + _GAP, width, 3), _PAPER, dtype=np.uint8)
    for number, cell in enumerate(cells):
        height, wide = cell.shape[:2]
        top = number // COLUMNS * step + _GAP + (_CELL - height) // 2
        left = number % COLUMNS * step + _GAP + (_CELL - wide) // 2
        paper[top : top + height, left : left + wide] = cell
    return encode(paper, _POLICY, subsampled=True).data


def _decoded(pictures: Iterable[bytes]) -> Iterable[Pixels]:
    for data in pictures:
        try:
            yield look(data, _CELL)
        except BadRecord:
            continue
