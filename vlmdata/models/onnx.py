"""ONNX models on the CPU: the one place that opens them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError, MissingExtraError
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models.onnx_external import external_files
from vlmdata.models.onnx_sides import with_open_sides

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = Sequence[NDArray[np.float32]]

_RUNTIME = "onnxruntime"
_ERRORS_ALONE = 3


class OnnxModel:
    """A model file, computed by onnxruntime with one thread on the CPU.

    Workers are processes, so one thread each; the sums of a run then do not depend on the number of cores. Between
    kinds of processors the last digits may differ. Nothing is loaded before ``inputs`` or ``run``.

    Args:
        path: the ``.onnx`` file. Weights beside it must lie in its folder.
        open_sides: take no notice of the sizes that the file declares for its inputs and outputs. For networks that
            were exported for one size of picture and can do any.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        InputError: there is no such file, or it is no model that onnxruntime can run.
    """

    def __init__(self, path: Path, *, open_sides: bool = False) -> None:
        if find_spec(_RUNTIME) is None:
            raise MissingExtraError(f"{path.name} needs {_RUNTIME}: pip install {_RUNTIME}")
        if not path.is_file():
            raise InputError(f"there is no model {path}")
        self.path = path
        self._open_sides = open_sides
        self._beside = external_files(path)
        if missing := [file.name for file in self._beside if not file.is_file()]:
            raise InputError(f"{path} keeps weights in {', '.join(missing)}, which is not beside it")

    @cached_property
    def digest(self) -> str:
        """A hash of all that decides an answer: the file, the weights beside it, the version of onnxruntime."""
        return combined([*map(sha256_file, (self.path, *self._beside)), version(_RUNTIME)])

    @cached_property
    def inputs(self) -> Mapping[str, Sequence[int | str | None]]:
        """Shapes by name; a side that is open is a name or None."""
        return {one.name: tuple(one.shape) for one in self._session.get_inputs()}

    @cached_property
    def outputs(self) -> Mapping[str, Sequence[int | str | None]]:
        """As ``inputs``."""
        return {one.name: tuple(one.shape) for one in self._session.get_outputs()}

    def run(self, feeds: Mapping[str, NDArray[Any]], outputs: Sequence[str] | None = None) -> Arrays:
        """The outputs named, or all in the order of the file. ``InputError`` where the arrays do not fit the model."""
        try:
            answers: Arrays = self._session.run(list(outputs) if outputs else None, dict(feeds))
        except Exception as error:  # one class for each status, and ValueError for a name
            shapes = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in feeds.items())
            raise InputError(f"{self.path} cannot be run on {shapes}: {_said(error)}") from error
        return answers

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.use_deterministic_compute = True
        options.log_severity_level = _ERRORS_ALONE
        try:
            model = with_open_sides(self.path.read_bytes()) if self._open_sides else str(self.path)
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # one class for each status
            raise InputError(f"{self.path} is no model that onnxruntime can run: {_said(error)}") from error


@lru_cache(maxsize=8)
def opened(path: Path) -> OnnxModel:
    """The model of an absolute path, once in a process. Raises as ``OnnxModel``."""
    return OnnxModel(path)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
