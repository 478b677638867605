"""Parts of a picture made unrecognisable.

What is left of a part is a handful of mean colours, computed before anything is drawn, so no method can bring back more
than these. A Gaussian blur, however strong, keeps all of a face but the last digits, and can be undone in part.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vlmdata.types import Box, Cover, CoverShape, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels


def covered(pixels: Pixels, cover: Cover) -> Pixels:
    """New pixels, rows x columns x 3 as uint8. Boxes are cut to the picture; those outside it do nothing.

    A box covers each pixel it touches; an ellipse each pixel that it comes into.
    """
    import numpy as np

    result = np.array(pixels)
    height, width = pixels.shape[:2]
    for box in cover.boxes:
        inside = box.clamp(Size(width, height))
        if inside.area > 0:
            left, top = math.floor(inside.x1), math.floor(inside.y1)
            right, bottom = math.ceil(inside.x2), math.ceil(inside.y2)
            part = result[top:bottom, left:right]
            hidden = _hidden(part, cover)
            part[:] = np.where(_within(box, cover.shape, left, top, part.shape)[..., None], hidden, part)
    return result


def _hidden(part: Pixels, cover: Cover) -> Pixels:
    """What is left of a rectangle."""
    import numpy as np
    from PIL import Image

    if cover.how == "fill":
        return np.broadcast_to(np.array(cover.color, np.uint8), part.shape)
    height, width = part.shape[:2]
    longer = max(width, height)
    cells = [max(1, min(side, round(cover.cells * side / longer))) for side in (width, height)]
    means = Image.fromarray(part).resize((cells[0], cells[1]), Image.Resampling.BOX)
    kernel = Image.Resampling.NEAREST if cover.how == "pixelate" else Image.Resampling.BICUBIC
    return np.asarray(means.resize((width, height), kernel))


def _within(box: Box, shape: CoverShape, left: int, top: int, extent: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a rectangle at ``left`` and ``top`` are covered: rows x columns."""
    import numpy as np

    height, width = extent[:2]
    if shape == "box":
        return np.ones((height, width), np.bool_)
    x = _distance(left, width, box.center.x) / (box.width / 2)
    y = _distance(top, height, box.center.y) / (box.height / 2)
    return np.asarray(x**2 + y[:, None] ** 2 < 1)


def _distance(start: int, count: int, centre: float) -> NDArray[np.float64]:
    """From a centre to the nearest point of each pixel in a row, along that row."""
    import numpy as np

    first = np.arange(start, start + count)
    return np.asarray(np.maximum(np.maximum(first - centre, centre - (first + 1)), 0))
