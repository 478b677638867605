"""Languages a picture may be read in: the letters each is written with, and what tesseract calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "ja", "zh", "de", "es", "fr", "it", "pt"]


@dataclass(frozen=True, slots=True)
class Script:
    """``codecs`` whose letters the language is written with, and ``models`` of tesseract that read it."""

    codecs: tuple[str, ...]
    models: tuple[str, ...]


LANGUAGES: Mapping[Language, Script] = MappingProxyType(
    {
        "en": Script(("ascii",), ("eng",)),
        "ja": Script(("cp932",), ("jpn", "jpn_vert")),
        "zh": Script(("gbk", "big5"), ("chi_sim", "chi_tra")),
        "de": Script(("cp1252",), ("deu",)),
        "es": Script(("cp1252",), ("spa",)),
        "fr": Script(("cp1252",), ("fra",)),
        "it": Script(("cp1252",), ("ita",)),
        "pt": Script(("cp1252",), ("por",)),
    }
)
_MARKS = "cp1252"
"""Its dashes, quotes, currencies and the like, which are no letters, stand in texts of every language."""


def is_written(character: str, languages: Iterable[Language]) -> bool:
    """Whether texts in these languages may hold it."""
    if not character.isalpha() and _has(_MARKS, character):
        return True
    return any(_has(codec, character) for language in languages for codec in LANGUAGES[language].codecs)


def _has(codec: str, character: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
