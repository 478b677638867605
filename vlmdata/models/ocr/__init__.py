"""Engines that read the words in a picture. ``ENGINES`` lists them, one file for each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from vlmdata.models.ocr.languages import LANGUAGES, Language
from vlmdata.models.ocr.line import Engine, Line, Quad, Word
from vlmdata.models.ocr.rapid import Rapid
from vlmdata.models.ocr.reading_order import in_reading_order
from vlmdata.models.ocr.tesseract import Tesseract

__all__ = [
    "ENGINES",
    "LANGUAGES",
    "Engine",
    "EngineName",
    "Language",
    "Line",
    "Quad",
    "Word",
    "in_reading_order",
    "loaded",
]

EngineName = Literal["rapidocr", "tesseract"]

ENGINES: Mapping[EngineName, type[Engine]] = MappingProxyType({"rapidocr": Rapid, "tesseract": Tesseract})


@lru_cache(maxsize=4)
def loaded(name: EngineName, languages: tuple[Language, ...]) -> Engine:
    """The engine with its models loaded, once in a process. ``MissingExtraError`` where it is not installed."""
    return ENGINES[name](languages)
