"""One-coloured margins of a picture, by the values of its luma."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Grey = npt.NDArray[np.uint8]

_DIFFERS = 16
"""Levels of 255: more than JPEG leaves in one colour."""
_STRAY = 50
"""One pixel in so many of a line may differ."""
_LEAST_LINES = 4
_PRINTED = 8
_LEAST_SIDE = 64


def bars(grey: Grey) -> float:
    """Share of the area taken by one-coloured bars along the sides, as of films and of pictures padded to a square.

    A bar is a run of lines from the side on, in each of which no more than 2 % of the pixels differ from the bar's
    value; in half of the lines behind it, within a fiftieth of the side, at least half of the pixels do. So the
    margins of pages, charts and goods on a white ground are no bars: text and rules do not fill lines. Nor are the
    stripes of a flag: what is between the bars has more than one value.
    """
    height, width = grey.shape
    top, bottom = _bar(grey), _bar(grey[::-1])
    inner = grey[top : height - bottom]
    if inner.size:
        left, right = _bar(inner.T), _bar(inner.T[::-1])
        inner = inner[:, left : width - right]
    return 1 - inner.size / grey.size if inner.size and not _is_plain(inner) else 0.0


def _is_plain(grey: Grey) -> bool:
    import numpy as np

    return bool(_differing(grey, int(np.median(grey))).sum() * _STRAY <= grey.size)


def _bar(grey: Grey) -> int:
    """How many of the first lines are a bar."""
    import numpy as np

    value = int(np.sort(grey[0])[grey.shape[1] // 2])
    if _differing(grey[:1], value)[0] * _STRAY > grey.shape[1]:
        return 0
    count = _differing(grey, value)
    busy = np.flatnonzero(count * _STRAY > grey.shape[1])
    if not len(busy):
        return 0
    first = int(busy[0])
    edge = np.sort(count[first : first + max(_LEAST_LINES, len(grey) // 50)])
    return first if 2 * edge[len(edge) // 2] >= grey.shape[1] else 0


def _differing(grey: Grey, value: int) -> npt.NDArray[np.int64]:
    """For each line, how many pixels differ from ``value``."""
    import numpy as np

    low, high = max(0, value - _DIFFERS), min(255, value + _DIFFERS)
    counts: npt.NDArray[np.int64] = np.count_nonzero((grey < low) | (grey > high), axis=1)
    return counts


def little_in_the_middle(grey: Grey, ground: int) -> float | None:
    """Share of the area of the box around all there is on a plain ground, None where that is not little and central.

    So are words and signs that stand in for a picture. Little: an eighth of the pixels at most differ from ``ground``
    by more than 8 levels, and three fifths of those in the box, which solid things fill. Central: 6 % of the width are
    free on both sides, a tenth of the height above and below, and left and right differ by 8 % of the width at most.
    Pictures less than 64 pixels wide or high are signs themselves.
    """
    import numpy as np

    height, width = grey.shape
    content = np.abs(grey - np.int16(ground)) > _PRINTED
    count = int(np.count_nonzero(content))
    if min(height, width) < _LEAST_SIDE or not 0 < 8 * count <= grey.size:
        return None
    rows, columns = np.flatnonzero(content.any(axis=1)), np.flatnonzero(content.any(axis=0))
    top, bottom = int(rows[0]), height - 1 - int(rows[-1])
    left, right = int(columns[0]), width - 1 - int(columns[-1])
    box = (width - left - right) * (height - top - bottom)
    is_central = min(left, right) >= 0.06 * width and min(top, bottom) >= 0.1 * height
    is_little = 5 * count <= 3 * box
    return box / grey.size if is_central and is_little and abs(left - right) <= 0.08 * width else None
