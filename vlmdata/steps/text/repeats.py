"""Signs, words and sentences repeated by a stuck key, a stuck scraper or a stuck model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from vlmdata.steps.text.characters import UNSPACED, WORD
from vlmdata.steps.text.loops import Loop, loops

_SIGNS = re.compile(r"([^\W\d_])\1{4,}|([!?！？。、…〜～．，]|\.(?!\d))\2{3,}")
_RUN = re.compile(r"(\S)\1{3}")
_KEPT_SIGNS = 3
_NUMBER = re.compile(r"(?:[#\d_]|0[xX])$")

_LETTERS = re.compile(r"\w+")
_LONGEST_WORDS = 40
_FEWEST_TIMES = 3
"""So often at least a word or phrase comes in a row before that is a fault: "very very", "Bora Bora" are none."""
_SENTENCE_WORDS = 4
_SENTENCE_END = re.compile(r"[.!?\n]")

_UNSPACED_TEXT = re.compile(f"[{UNSPACED}]{{4}}")
_LONGEST_SIGNS = 60
_PHRASE_SIGNS, _PHRASE_TIMES = 4, 4
_SOUND_TIMES = 8
"""Shorter phrases, in which sounds such as ワンワン are written, may come more often."""
_SENTENCE_SIGNS = 6
_STOPS = "。．！？!?\n"


def once(text: str) -> str:
    """What is repeated without sense said once.

    - A letter five times or more in a row, or a mark such as ``!`` four times: three of them stay.
    - A word or phrase (up to 40 words) three times or more in a row: once. Numbers and single letters are no words.
    - A sentence of four words or more twice in a row: once.
    - In scripts without spaces: 4 to 60 signs four times or more in a row, 2 or 3 signs eight times, a sentence of six
      signs or more twice: once.
    """
    if _RUN.search(text):
        text = _SIGNS.sub(_shortened, text)
    if not text.isascii() and _UNSPACED_TEXT.search(text):
        text = _without_loops_of_signs(text)
    return _without_loops_of_words(text)


def _shortened(run: re.Match[str]) -> str:
    """Three of a run; all of it where it is part of a number such as ``#ffffff`` or ``0xAAAA00``."""
    text, first, end = run.string, run.start(), run.end()
    if run[1] and (_NUMBER.search(text, max(first - 2, 0), first) or text[end : end + 1].isdigit()):
        return run[0]
    return run[0][:_KEPT_SIGNS]


def _without_loops_of_words(text: str) -> str:
    letters = _LETTERS.findall(text.lower())
    if len(set(pairwise(letters))) >= len(letters) - 1:
        return text
    found = list(WORD.finditer(text))
    units = [word[0].lower() for word in found]

    def fault(loop: Loop) -> Loop | None:
        if not any(len(word) > 1 and word.isalpha() for word in units[loop.start : loop.start + loop.period]):
            return None
        if loop.times >= _FEWEST_TIMES:
            return loop
        if loop.period < _SENTENCE_WORDS:
            return None
        return next((one for one in loop.turned() if _SENTENCE_END.search(_joint(text, found, one))), None)

    for loop in reversed(list(loops(units, longest=_LONGEST_WORDS, fault=fault))):
        text = text[: found[loop.start + loop.period - 1].end()] + text[found[loop.end - 1].end() :]
    return text


def _joint(text: str, found: Sequence[re.Match[str]], loop: Loop) -> str:
    """What stands between the first time and the second."""
    second = loop.start + loop.period
    return text[found[second - 1].end() : found[second].start()]


def _without_loops_of_signs(text: str) -> str:
    if len(text) - 1 - len(set(pairwise(text))) < _SENTENCE_SIGNS - 1:
        return text

    def fault(loop: Loop) -> Loop | None:
        if loop.period == 1 or not any(map(str.isalpha, text[loop.start : loop.start + loop.period])):
            return None
        if loop.times >= (_PHRASE_TIMES if loop.period >= _PHRASE_SIGNS else _SOUND_TIMES):
            return loop
        if loop.period < _SENTENCE_SIGNS:
            return None
        return next((one for one in loop.turned() if _is_sentence(text, one)), None)

    for loop in reversed(list(loops(text, longest=_LONGEST_SIGNS, fault=fault))):
        text = text[: loop.start + loop.period] + text[loop.end :]
    return text


def _is_sentence(text: str, loop: Loop) -> bool:
    """Whether it is a sentence, stop included, again and again."""
    return text[loop.start + loop.period - 1] in _STOPS and (loop.start == 0 or text[loop.start - 1] in _STOPS)
