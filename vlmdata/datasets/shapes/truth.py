"""Checks against the truth: figures found by their color in pixels, and what texts claim of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from vlmdata.datasets.shapes.relations import NO, QUESTIONS, STATEMENTS, YES, Relation, holds
from vlmdata.datasets.shapes.talk import Claim
from vlmdata.datasets.shapes.vocabulary import COLORS, KINDS, Language, named
from vlmdata.types import Box, Message

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["TOLERANCE", "claims", "find", "holds", "told"]

#: A pixel is of a color where each channel is this near to ``COLORS``; half of what parts any two colors.
TOLERANCE = 40

_LABELS: dict[Language, dict[str, str]] = {
    "en": {f"{color} {kind}": f"{color} {kind}" for color in COLORS for kind in KINDS},
    "ja": {named(f"{color} {kind}", "ja"): f"{color} {kind}" for color in COLORS for kind in KINDS},
}


def find(pixels: npt.NDArray[np.uint8], color: str) -> Box | None:
    """The box around all pixels of a color, or None where there are none.

    A pixel without two like it among its eight neighbours does not count: JPEG leaves strays.

    Args:
        pixels: RGB of shape (height, width, 3), 0-255, as shown and composited on white.
        color: a name of ``COLORS``.
    """
    import numpy as np

    far = np.abs(pixels.astype(np.int16) - np.array(COLORS[color], np.int16))
    near = np.pad((far <= TOLERANCE).all(axis=2).astype(np.uint8), 1)
    across = near[:, :-2] + near[:, 1:-1] + near[:, 2:]
    around = across[:-2] + across[1:-1] + across[2:]
    ys, xs = np.nonzero((near[1:-1, 1:-1] > 0) & (around > 2))
    if not len(xs):
        return None
    return Box(float(xs.min()), float(ys.min()), float(xs.max()) + 1, float(ys.max()) + 1)


def _matches(text: str, templates: dict[Language, dict[Relation, str]]) -> Iterator[Claim]:
    for language, sentences in templates.items():
        labels = _LABELS[language]
        names = "|".join(map(re.escape, labels))
        for relation, sentence in sentences.items():
            pattern = re.escape(sentence).replace(r"\{a\}", f"({names})").replace(r"\{b\}", f"({names})")
            for match in re.finditer(pattern, text):
                yield labels[match[1]], relation, labels[match[2]]


def claims(text: str) -> list[Claim]:
    """Every ``(subject, relation, object)`` that a text states, by label, in English or Japanese."""
    return list(_matches(text, STATEMENTS))


def told(messages: Sequence[Message]) -> list[tuple[Claim, bool]]:
    """Every claim of a conversation, with whether it is affirmed: stated, or asked and answered with yes or no."""
    found = [(claim, True) for message in messages for claim in claims(message.text)]
    for question, answer in pairwise(messages):
        if answer.text in (*YES.values(), *NO.values()):
            found += ((claim, answer.text in YES.values()) for claim in _matches(question.text, QUESTIONS))
    return found
