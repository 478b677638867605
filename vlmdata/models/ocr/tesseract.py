"""Tesseract: the program of that name, once for each picture."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vlmdata.errors import BadRecord, MissingExtraError
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models.ocr.languages import LANGUAGES, Language
from vlmdata.models.ocr.line import Line, Word
from vlmdata.types import Box

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_PROGRAM = "tesseract"
_WORD = "5"
_MAY_TAKE_S = 300
_LEAST, _MOST = 1200, 4800
"""Pixels of the shorter side to which a smaller picture is enlarged, for it does not read letters of 14 pixels; and of
the longer side, which does not grow beyond."""
_WIDE = "\u2e80"
"""From here on Unicode has the scripts of East Asia, which are written without spaces."""


class _Piece(NamedTuple):
    """A row of tesseract's table: for languages with spaces a word, for Japanese a part of one."""

    line: tuple[str, ...]
    box: Box
    score: float
    text: str


class Tesseract:
    """Reads with the models of ``languages`` that are installed, vertical Japanese among them where it is."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        names, _ = _installed(languages)
        self._command = (_PROGRAM, "stdin", "stdout", "-l", "+".join(names), "tsv")

    @staticmethod
    def digest(languages: tuple[Language, ...]) -> str:
        names, folder = _installed(languages)
        models = [sha256_file(folder / f"{name}.traineddata") for name in names]
        return combined([*names, *models, _said("--version")])

    def read(self, pixels: Pixels) -> Sequence[Line]:
        short, long = sorted(pixels.shape[:2])
        times = max(1, min(-(-_LEAST // short), _MOST // long))
        picture = _netpbm(pixels, times)
        # One thread: workers are processes.
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        try:
            done = subprocess.run(
                self._command, input=picture, capture_output=True, env=environment, timeout=_MAY_TAKE_S, check=True
            )
        except subprocess.CalledProcessError as error:
            raise BadRecord("ocr_failed", error.stderr.decode(errors="replace").strip()[-200:]) from error
        except subprocess.TimeoutExpired as error:
            raise BadRecord("ocr_failed", f"tesseract took more than {_MAY_TAKE_S} s") from error
        pieces = _pieces(done.stdout.decode(), times)
        return [_line(list(group)) for _, group in groupby(pieces, key=lambda piece: piece.line)]


def _installed(languages: Sequence[Language]) -> tuple[list[str], Path]:
    """Names of the models in the order asked for, and their folder. Of each language the first model is needed."""
    if shutil.which(_PROGRAM) is None:
        raise MissingExtraError(f"ocr: there is no program tesseract: apt-get install {_packages(languages)}")
    heading, *names = _said("--list-langs").splitlines()
    _, *folder = heading.split('"')
    if not folder:
        raise MissingExtraError(f"ocr needs tesseract 5, and here is {_said('--version').splitlines()[0]}")
    if missing := [one for one in languages if LANGUAGES[one].models[0] not in names]:
        raise MissingExtraError(
            f"ocr: tesseract lacks models for {', '.join(missing)}: apt-get install {_packages(missing)}"
        )
    wanted = [model for language in languages for model in LANGUAGES[language].models if model in names]
    return wanted, Path(folder[0])


def _packages(languages: Sequence[Language]) -> str:
    models = [model for language in languages for model in LANGUAGES[language].models]
    return " ".join(f"tesseract-ocr-{model.replace('_', '-')}" for model in models)


def _said(option: str) -> str:
    return subprocess.run((_PROGRAM, option), capture_output=True, check=True).stdout.decode()


def _netpbm(pixels: Pixels, times: int) -> bytes:
    """A binary PPM file of the picture, so many times as large by side."""
    from PIL import Image

    height, width = pixels.shape[:2]
    enlarged = Image.fromarray(pixels).resize((width * times, height * times), Image.Resampling.BICUBIC)
    return b"P6 %d %d 255\n" % enlarged.size + enlarged.tobytes()


def _pieces(table: str, times: int) -> Iterator[_Piece]:
    """Rows ``level page block par line word left top width height conf text``, without the heading."""
    for row in table.splitlines()[1:]:
        level, *line, _, left, top, width, height, confidence, text = row.split("\t", 11)
        box = Box.from_xywh(*(int(number) / times for number in (left, top, width, height)))
        if level == _WORD and text.strip() and box.area:
            yield _Piece(tuple(line), box, float(confidence) / 100, text.strip())


def _line(pieces: Sequence[_Piece]) -> Line:
    words: list[list[_Piece]] = []
    for piece in pieces:
        if words and (words[-1][-1].text[-1] >= _WIDE or piece.text[0] >= _WIDE):
            words[-1].append(piece)
        else:
            words.append([piece])
    made = tuple(Word("".join(piece.text for piece in word), _around(word).corners, _score(word)) for word in words)
    return Line(" ".join(word.text for word in made), _around(pieces).corners, _score(pieces), made)


def _around(pieces: Sequence[_Piece]) -> Box:
    return Box.around(corner for piece in pieces for corner in piece.box.corners)


def _score(pieces: Sequence[_Piece]) -> float:
    return sum(piece.score * len(piece.text) for piece in pieces) / sum(len(piece.text) for piece in pieces)
