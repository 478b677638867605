"""Where in a line RapidOCR read each word.

Its own answer is in whole pixels and, for a line that stands upside down, at the mirrored place; hence this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from vlmdata.models.ocr.line import Quad, Word
from vlmdata.types import Point

_TALL = 1.5
"""A line so many times as tall as wide is turned before it is read (rapidocr: ``get_rotate_crop_image``)."""


def words_of(text: str, info: Any, quad: Quad, *, upside_down: bool) -> Iterator[Word]:
    """The words of a line, each with its part of the line's place.

    Args:
        info: a ``WordInfo`` of rapidocr. ``word_cols`` has the step at which each character but spaces was read, of
            ``line_txt_len`` that are as long as the line; ``confs`` the confidence in each character, spaces too.
        upside_down: the line is read from its other end.
    """
    import numpy as np

    steps = [step for word in info.word_cols for step in word]
    confidences = [score for score, character in zip(info.confs, text, strict=False) if not character.isspace()]
    pitch = float(np.median(np.diff(steps))) if len(steps) > 1 else 0.0
    begin = 0
    for word in text.split():
        end = begin + len(word)
        first, last = steps[begin], steps[end - 1]
        half = pitch / 2 if pitch else info.line_txt_len / 2
        begins, ends = ((at + 0.5) / info.line_txt_len for at in (first - half, last + half))
        score = sum(confidences[begin:end]) / len(word)
        yield Word(word, _part(quad, max(begins, 0.0), min(ends, 1.0), upside_down), score)
        begin = end


def _part(quad: Quad, begin: float, end: float, upside_down: bool) -> Quad:
    """The part of a line between two shares of its length, from where one begins to read it."""
    if upside_down:
        begin, end = 1 - end, 1 - begin
    upper_left, upper_right, lower_right, lower_left = quad
    if _is_tall(quad):
        left, right = (upper_left, lower_left), (upper_right, lower_right)
        return _between(left, begin), _between(right, begin), _between(right, end), _between(left, end)
    top, bottom = (upper_left, upper_right), (lower_left, lower_right)
    return _between(top, begin), _between(top, end), _between(bottom, end), _between(bottom, begin)


def _is_tall(quad: Quad) -> bool:
    upper_left, upper_right, lower_right, lower_left = quad
    width = max(_distance(upper_left, upper_right), _distance(lower_right, lower_left))
    height = max(_distance(upper_left, lower_left), _distance(upper_right, lower_right))
    return int(height) >= _TALL * int(width)


def _between(edge: tuple[Point, Point], share: float) -> Point:
    one, two = edge
    return Point(one.x + (two.x - one.x) * share, one.y + (two.y - one.y) * share)


def _distance(one: Point, two: Point) -> float:
    return math.hypot(two.x - one.x, two.y - one.y)
