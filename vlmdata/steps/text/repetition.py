"""How much of a text is said more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from vlmdata.steps.text.characters import WORD, has_spaces
from vlmdata.steps.text.loops import Loop, loops

_LOOP_TIMES = 4
_MOST_IN_LOOPS = 0.5
_LONGEST_LOOP = 60
_FEWEST_WORDS, _FEWEST_SIGNS = 8, 16
_LONG_TEXT = 50
_MOST_LINES = 0.30
_MOST_IN_LINES = 0.20
_TOP_GRAMS = {2: 0.20, 3: 0.18, 4: 0.16}
_REPEATED_GRAMS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
"""Shares of Gopher: Rae et al., "Scaling Language Models", 2021, table A1."""

Measure = tuple[str, float, float]


def excess(text: str) -> Measure | None:
    """Measure, its value and limit, for the first limit that a text exceeds; None for a text that repeats little.

    - ``loop``: share of words (of characters, in scripts without spaces) within phrases said four times or more in a
      row: a half. Of texts of 8 words, or 16 characters, or more
    - of texts of 50 words or more with spaces, the rules of Gopher: ``lines`` (repeated ones, as a share of lines),
      ``in_lines`` (their characters), ``top_N`` (characters of words within the most frequent N words, if these come
      twice), ``in_N`` (characters of words within N words that came before)
    """
    is_spaced = has_spaces((text,))
    units: Sequence[str] = WORD.findall(text.casefold()) if is_spaced else "".join(text.split())
    if len(units) < (_FEWEST_WORDS if is_spaced else _FEWEST_SIGNS):
        return None
    looping = _looping(units)
    if looping > _MOST_IN_LOOPS:
        return "loop", looping, _MOST_IN_LOOPS
    if is_spaced and len(units) >= _LONG_TEXT:
        return next((one for one in _gopher(text, units) if one[1] > one[2]), None)
    return None


def _looping(units: Sequence[str]) -> float:
    if 8 * len(set(units)) > 5 * len(units):  # half of the text four times leaves at most 5/8 of it unrepeated
        return 0.0

    def fault(loop: Loop) -> Loop | None:
        said = units[loop.start : loop.start + loop.period]
        return loop if loop.times >= _LOOP_TIMES and any(map(str.isalpha, said)) else None

    return sum(one.end - one.start for one in loops(units, longest=_LONGEST_LOOP, fault=fault)) / len(units)


def _gopher(text: str, words: Sequence[str]) -> Iterator[Measure]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    again = [line for line, times in Counter(lines).items() for _ in range(times - 1)]
    yield "lines", len(again) / len(lines), _MOST_LINES
    yield "in_lines", sum(map(len, again)) / len(text), _MOST_IN_LINES
    size = sum(map(len, words))
    for length, most in _TOP_GRAMS.items():
        times, letters = max((times, sum(map(len, gram))) for gram, times in Counter(_grams(words, length)).items())
        yield f"top_{length}", times * letters / size if times > 1 else 0.0, most
    for length, most in _REPEATED_GRAMS.items():
        yield f"in_{length}", _letters_in_repeated(words, length) / size, most


def _grams(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[first:] for first in range(length)), strict=False)


def _letters_in_repeated(words: Sequence[str], length: int) -> int:
    """Letters of words within a run of ``length`` that has come before, each word counted once."""
    seen: set[tuple[str, ...]] = set()
    letters, free = 0, 0
    for place, gram in enumerate(_grams(words, length)):
        if gram in seen:
            letters += sum(map(len, words[max(place, free) : place + length]))
            free = place + length
        seen.add(gram)
    return letters
