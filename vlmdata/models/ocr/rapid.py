"""RapidOCR: PaddleOCR's models in ONNX, which come inside its wheel and read Chinese, English and Japanese alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import MissingExtraError
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models.ocr.languages import Language, is_written
from vlmdata.models.ocr.line import Line, Quad
from vlmdata.models.ocr.rapid_words import words_of
from vlmdata.types import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

_PACKAGES = ("rapidocr", "onnxruntime")
_MODELS = {"Det": "*_det_*.onnx", "Rec": "*_rec_*.onnx"}
_LONGEST = 4
"""Times its shorter side that a picture may be long: the detector enlarges the shorter side to 736 pixels."""
_SURE = 0.8
"""A line read with less confidence is also read upside down. RapidOCR's own model for that turns good lines, too."""
_BLANK = 0
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_preprocess_img": False,
    "Global.use_vertical_padding": False,
    "Global.return_word_box": True,
    # As PaddleOCR trains the detector (``NormalizeImage`` of its det configurations). With RapidOCR's 0.5 it sees words
    # in textures of photographs, and misses small ones on bare ground.
    "Det.mean": [0.485, 0.456, 0.406],
    "Det.std": [0.229, 0.224, 0.225],
    # One line at a time: what is read does not depend on other lines, and a long one costs only its own memory.
    "Rec.rec_batch_num": 1,
    # One thread: workers are processes, and sums do not depend on the number of cores.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}

_Reading = tuple[str, float, Any]
"""Text, score, and the step at which each character was read (``rapidocr.ch_ppocr_rec.typings.WordInfo``)."""


class Rapid:
    """One model reads all its scripts; ``languages`` say which letters it may answer."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        import numpy as np

        models = _models()
        _opencv().setNumThreads(1)
        from rapidocr import RapidOCR

        paths = {f"{part}.model_path": str(path) for part, path in models.items()}
        self._engine: Any = RapidOCR(params={**_SETTINGS, **paths})
        self._engine.recognize_txt([np.zeros((48, 48, 3), np.uint8)])  # has it load the recogniser
        recogniser: Any = self._engine.text_rec
        recogniser.session = _Spelling(recogniser.session, recogniser.postprocess_op.character, languages)

    @staticmethod
    def digest(languages: tuple[Language, ...]) -> str:
        models = [sha256_file(path) for path in _models().values()]
        return combined([*models, *(version(name) for name in _PACKAGES), str(_opencv().__version__)])

    def read(self, pixels: Pixels) -> Sequence[Line]:
        import numpy as np
        from rapidocr.main import RapidOCRError

        try:
            cuttings, found = self._engine.detect_and_crop(_squarer(pixels)[..., ::-1], {})
        except RapidOCRError:  # nothing is found
            return []
        height, width = pixels.shape[:2]
        quads = [_quad(corners, width, height) for corners in found.boxes]
        lines = list(map(partial(_line, upside_down=False), quads, self._recognised(cuttings)))
        doubtful = [number for number, line in enumerate(lines) if line.score < _SURE]
        turned = self._recognised([np.ascontiguousarray(cuttings[number][::-1, ::-1]) for number in doubtful])
        for number, reading in zip(doubtful, turned, strict=True):
            lines[number] = max(
                lines[number], _line(quads[number], reading, upside_down=True), key=lambda line: line.score
            )
        return [line for line in lines if line.words]

    def _recognised(self, cuttings: Sequence[Pixels]) -> list[_Reading]:
        if not cuttings:
            return []
        texts = self._engine.recognize_txt(list(cuttings))
        return list(zip(texts.txts, texts.scores, texts.word_results, strict=True))


class _Spelling:
    """A recogniser whose answers hold only characters that the languages are written with.

    Called with a batch of lines it gives chances, line x step x character, of which the likeliest is taken at each
    step. Where that is a character of another script, the likeliest one of these languages stands there, not the blank
    that divides characters: something was seen.
    """

    def __init__(self, session: Any, characters: Sequence[str], languages: tuple[Language, ...]) -> None:
        import numpy as np

        self._session = session
        allowed = [number == _BLANK or is_written(one, languages) for number, one in enumerate(characters)]
        self._allowed = np.array(allowed, np.float32)

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        chances: NDArray[np.float32] = self._session(batch)
        foreign = self._allowed[chances.argmax(axis=2)] == 0
        chances *= self._allowed
        chances[foreign, _BLANK] = 0
        return chances


def _models() -> dict[str, Path]:
    """The two models in the installed package, so that none is ever downloaded."""
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise MissingExtraError(f"ocr needs {' and '.join(missing)}: pip install 'vlmdata[ocr]'")
    spec = find_spec("rapidocr")
    assert spec
    assert spec.origin
    folder = Path(spec.origin).parent / "models"
    found = {part: sorted(folder.glob(pattern)) for part, pattern in _MODELS.items()}
    if any(len(paths) != 1 for paths in found.values()):
        raise MissingExtraError(
            f"ocr: rapidocr {version('rapidocr')} does not bring one model each to find and to read lines in "
            f"{folder}: pip install --force-reinstall rapidocr==3.10.0"
        )
    return {part: paths[0] for part, paths in found.items()}


def _opencv() -> Any:
    """It has wheels of several names: one with windows needs libGL, and two in one environment break each other."""
    try:
        import cv2
    except ImportError as error:
        raise MissingExtraError(
            f"ocr: OpenCV cannot be imported ({error}): keep one of its packages, pip install opencv-python-headless"
        ) from error
    return cv2


def _squarer(pixels: Pixels) -> Pixels:
    """With black at the right or below, as far as it takes that no side is too long for the other."""
    import numpy as np

    height, width = pixels.shape[:2]
    right, below = max(0, -(-height // _LONGEST) - width), max(0, -(-width // _LONGEST) - height)
    return np.pad(pixels, ((0, below), (0, right), (0, 0))) if right or below else pixels


def _quad(corners: NDArray[np.float32], width: int, height: int) -> Quad:
    first, second, third, fourth = (Point(min(float(x), width), min(float(y), height)) for x, y in corners)
    return first, second, third, fourth


def _line(quad: Quad, reading: _Reading, *, upside_down: bool) -> Line:
    text, score, info = reading
    words = tuple(words_of(text, info, quad, upside_down=upside_down))
    return Line(" ".join(word.text for word in words), quad, float(score), words)
