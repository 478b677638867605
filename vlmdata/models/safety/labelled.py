"""A classifier of one's own, with its labels: an image classification model as the Hub has them in ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import InputError
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models.exported import CONFIG, PREPROCESSOR, beside, graph_in, said
from vlmdata.models.onnx import OnnxModel
from vlmdata.models.preprocessor import preprocessor
from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

GRAPH = "model"
_LOGITS = "logits"


class Labelled:
    """The score is the sum of the chances of the ``unsafe`` labels.

    ``preprocessor_config.json`` says how pictures are prepared, ``id2label`` of ``config.json`` what the numbers that
    come out stand for. An output named ``logits``, as exporters call it, becomes chances by softmax; any other holds
    them already. A graph whose input ends in three channels gets them last.

    Args:
        path: the folder of a model, or its ``.onnx`` file.
        unsafe: labels, in any case.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        InputError: a file is missing, a label is not known, or the graph does not fit them.
    """

    def __init__(self, path: Path, unsafe: tuple[str, ...]) -> None:
        import numpy as np

        graph = graph_in(path, GRAPH)
        if graph is None:
            raise InputError(f"{path} has no {GRAPH}.onnx")
        self._model = OnnxModel(graph)
        self._files = [beside(path, name) for name in (PREPROCESSOR, CONFIG)]
        self._prepared = preprocessor(said(path, PREPROCESSOR), f"{PREPROCESSOR} of {path}")
        labels = _labels(said(path, CONFIG), f"{CONFIG} of {path}")
        if unknown := [label for label in unsafe if label.casefold() not in labels.values()]:
            raise InputError(f"{path} has no label {', '.join(unknown)}: it has {', '.join(labels.values())}")
        wanted = {label.casefold() for label in unsafe}
        self._unsafe = [number for number, label in sorted(labels.items()) if label in wanted]
        self._size = len(labels)
        self.score(np.zeros((32, 32, 3), np.uint8))

    @cached_property
    def digest(self) -> str:
        return combined([self._model.digest, *(sha256_file(file) for file in self._files if file)])

    def side(self, size: Size) -> int:
        return self._prepared.side(size)

    def score(self, pixels: Pixels) -> float:
        import numpy as np

        (name, shape), *_ = self._model.inputs.items()
        tensor = self._prepared.tensor(pixels)
        output = next(iter(self._model.outputs))
        (answer,) = self._model.run({name: tensor.transpose(0, 2, 3, 1) if shape[-1] == 3 else tensor}, [output])
        if answer.shape != (1, self._size):
            raise InputError(f"{self._model.path} answers {answer.shape}, and its labels are {self._size}")
        values = answer[0].astype(np.float64)
        if output == _LOGITS:
            values = np.exp(values - values.max())
            values /= values.sum()
        return float(values[self._unsafe].sum())


def _labels(config: Mapping[str, object], where: str) -> dict[int, str]:
    said = config.get("id2label")
    try:
        labels = {int(number): str(label).casefold() for number, label in dict(said or {}).items()}  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: id2label is no list of labels by number") from error
    if sorted(labels) != list(range(len(labels))) or not labels:
        raise InputError(f"{where} does not say in id2label what the numbers of the model stand for")
    return labels
