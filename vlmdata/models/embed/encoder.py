"""Two graphs that give a picture and a text vectors to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models.embed.words import Words
from vlmdata.models.exported import CONFIG, PREPROCESSOR, TOKENIZER, TOKENIZER_CONFIG, beside, graph_in, said
from vlmdata.models.onnx import OnnxModel
from vlmdata.models.preprocessor import preprocessor
from vlmdata.types import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

    Vectors = NDArray[np.float32]

VISION_GRAPH, TEXT_GRAPH = "vision_model", "text_model"
_VECTORS = ("image_embeds", "text_embeds", "pooler_output", "sentence_embedding")
"""Outputs that hold one vector, the projected one first: CLIP's exports have both, SigLIP's the third."""


class Encoder:
    """An image encoder, and a text encoder of the same space where the model has one.

    Vectors have length 1, so that their product is the cosine; no ``logit_scale`` is applied. Each picture and each
    text goes through the graph alone: what it gets does not depend on its neighbours. Graphs are loaded when asked.

    Args:
        path: the folder of a model, or the ``.onnx`` file of an image encoder with its ``preprocessor_config.json``.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        InputError: a file is missing or does not fit; here, or when a graph is first asked.
    """

    def __init__(self, path: Path) -> None:
        graph = graph_in(path, VISION_GRAPH)
        if graph is None:
            raise InputError(f"{path} has no {VISION_GRAPH}.onnx")
        self._path = path
        self._vision = OnnxModel(graph)
        self._prepared = preprocessor(said(path, PREPROCESSOR), f"{PREPROCESSOR} of {path}")

    @cached_property
    def digest(self) -> str:
        """A hash of all that decides its vectors."""
        files = (beside(self._path, name) for name in (PREPROCESSOR, CONFIG, TOKENIZER, TOKENIZER_CONFIG))
        graphs = [self._vision.digest, *([self._text.digest] if self._text else ())]
        return combined([*graphs, *(sha256_file(file) if file else "" for file in files)])

    def side(self, size: Size) -> int:
        """The longer side, in pixels, at which a picture of this size is best looked at."""
        return self._prepared.side(size)

    def images(self, pictures: Iterable[Pixels]) -> Vectors:
        """One row for each picture of uint8 RGB, rows x columns x 3, of any size."""
        name, *others = self._vision.inputs
        if others:
            raise InputError(f"{self._vision.path} takes {', '.join(self._vision.inputs)}, and not pictures alone")
        return self._stacked(self._vision, ({name: self._prepared.tensor(pixels)} for pixels in pictures))

    def texts(self, texts: Iterable[str]) -> Vectors:
        """One row for each text."""
        if self._text is None:
            raise InputError(f"{self._path} has no {TEXT_GRAPH}.onnx to read texts with")
        return self._stacked(self._text, (self._words.feeds(text) for text in texts))

    def check(self, *, texts: bool) -> None:
        """``InputError`` unless a picture, and a text where ``texts``, become vectors of the same space."""
        import numpy as np

        images = self.images([np.zeros((32, 32, 3), np.uint8)])
        if texts and (width := self.texts(["a"]).shape[1]) != images.shape[1]:
            raise InputError(f"{self._path}: pictures become {images.shape[1]} numbers, texts {width}: not one space")

    @cached_property
    def _text(self) -> OnnxModel | None:
        graph = None if self._path.is_file() else graph_in(self._path, TEXT_GRAPH)
        return OnnxModel(graph) if graph else None

    @cached_property
    def _words(self) -> Words:
        assert self._text
        return Words(self._path, self._text.inputs)

    def _stacked(self, model: OnnxModel, feeds: Iterable[Mapping[str, NDArray[Any]]]) -> Vectors:
        import numpy as np

        output = _vector(model)
        rows = [np.asarray(model.run(one, [output])[0], np.float32).reshape(-1) for one in feeds]
        if not rows:
            return np.empty((0, 0), np.float32)
        vectors = np.stack(rows)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        lengths[lengths == 0] = 1  # without direction, and like nothing
        unit: Vectors = vectors / lengths
        return unit


def _vector(model: OnnxModel) -> str:
    """The output that holds one vector."""
    shapes = model.outputs
    named: Sequence[str] = [name for name in _VECTORS if name in shapes]
    flat = [name for name, shape in shapes.items() if len(shape) == 2]
    found = named[:1] or (flat if len(flat) == 1 else [])
    if not found:
        raise InputError(f"{model.path} gives {', '.join(shapes)}: none of these is known to be one vector")
    return found[0]
