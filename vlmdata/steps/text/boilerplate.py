"""What sites wrap around captions: stock-photo suffixes, credits, invitations to click, file names."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vlmdata.steps.text import boilerplate_english as english
from vlmdata.steps.text import boilerplate_japanese as japanese

_TAIL = 240


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Patterns in their order, and under each clue, in small letters, the numbers of those that need it."""

    patterns: tuple[str, ...]
    by_clue: tuple[tuple[str, tuple[int, ...]], ...]

    def tried_on(self, text: str) -> list[str]:
        lower = text.lower()
        found: set[int] = set()
        for clue, numbers in self.by_clue:
            if clue in lower:
                found.update(numbers)
        return [self.patterns[number] for number in sorted(found)]


def _phrases(rows: Sequence[tuple[str, str]]) -> _Phrases:
    by_clue: dict[str, list[int]] = {}
    for number, (clues, _) in enumerate(rows):
        for clue in clues.split(","):
            by_clue.setdefault(clue, []).append(number)
    return _Phrases(
        tuple(pattern for _, pattern in rows), tuple((clue, tuple(numbers)) for clue, numbers in by_clue.items())
    )


_ENGLISH = _phrases(english.PHRASES)
_BOTH = _phrases((*english.PHRASES, *japanese.PHRASES))


def bare(text: str) -> str:
    """Without what is no part of a caption, in English and Japanese.

    Phrases count only where sites put them: at an end, behind a dash, in brackets, in capitals. What is nothing but
    boilerplate becomes empty. White space around the text stays.
    """
    patterns = (_ENGLISH if text.isascii() else _BOTH).tried_on(text)
    said = text.strip()
    before, shorter = None, said
    while patterns and shorter != before:
        before, shorter = shorter, _cut(shorter, patterns)
    if shorter == said:
        return text
    first = text.index(said)
    return text[:first] + shorter + text[first + len(said) :]


def _cut(text: str, patterns: Sequence[str]) -> str:
    """Without the first occurrence of each, and without the space then around it."""
    for pattern in patterns:
        is_last = pattern.endswith("$") and not pattern.startswith("^")
        if match := _compiled(pattern).search(text, max(0, len(text) - _TAIL) if is_last else 0):
            text = (text[: match.start()] + text[match.end() :]).strip()
    return text


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
