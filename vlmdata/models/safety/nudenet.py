"""NudeNet, a detector of body parts: YOLOv8n on 320 x 320 pixels.

No choice to make unthinkingly: weights of 2024 without a statement of what they were trained on, in a package whose
metadata say MIT and whose licence file is the AGPL-3.0.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from vlmdata.models.onnx import opened
from vlmdata.models.packaged import packaged
from vlmdata.types import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

_MODEL = ("nudenet", "320n.onnx", "pip install --no-deps nudenet==3.4.2")
_SIDE = 320
_BOX = 4
_UNSAFE = (2, 3, 4, 6, 14)
"""Classes of exposed buttocks, female breasts, female genitalia, anus and male genitalia, as nudenet.py lists them."""


class NudeNet:
    """The score is that of the surest box whose class is an exposed intimate part.

    ``MissingExtraError`` where it is not installed.
    """

    def __init__(self) -> None:
        self._model = opened(packaged(*_MODEL))
        (self._input,) = self._model.inputs

    @cached_property
    def digest(self) -> str:
        return self._model.digest

    def side(self, size: Size) -> int:
        return max(size.width, size.height)

    def score(self, pixels: Pixels) -> float:
        import numpy as np

        (found,) = self._model.run({self._input: _prepared(pixels)})
        chances = found[0, _BOX:]
        unsafe = np.isin(chances.argmax(axis=0), _UNSAFE)
        return float(chances.max(axis=0)[unsafe].max(initial=0.0))


def _prepared(pixels: Pixels) -> NDArray[np.float32]:
    """1 x 3 x 320 x 320 of 0 to 1, blue first: black at the right or below up to a square, then shrunk.

    Blue first and between four pixels without averaging, as the package feeds the network (nudenet 3.4.2
    ``nudenet.py::_read_image``: the two exchanges of channels there, after OpenCV's reader, leave blue first).
    """
    import numpy as np

    whole = max(pixels.shape[:2])
    at = np.clip((np.arange(_SIDE) + 0.5) * whole / _SIDE - 0.5, 0, whole - 1)
    low = at.astype(np.intp)
    high = np.minimum(low + 1, whole - 1)
    right = (at - low).astype(np.float32)[:, np.newaxis]
    below = right[:, np.newaxis]
    above = _taken(pixels, low, low) * (1 - right) + _taken(pixels, low, high) * right
    under = _taken(pixels, high, low) * (1 - right) + _taken(pixels, high, high) * right
    square = np.rint(above * (1 - below) + under * below)
    return np.ascontiguousarray(square[np.newaxis, ..., ::-1].transpose(0, 3, 1, 2) / 255, np.float32)


def _taken(pixels: Pixels, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    """Pixels where these rows and columns meet, black outside."""
    import numpy as np

    height, width = pixels.shape[:2]
    inside = (rows < height)[:, np.newaxis] & (columns < width)
    values = pixels[np.minimum(rows, height - 1)[:, np.newaxis], np.minimum(columns, width - 1)]
    return np.where(inside[..., np.newaxis], values, 0).astype(np.float32)
