"""What can be said of two figures: how it is written, and when it is true of their boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from vlmdata.datasets.shapes.vocabulary import Language
from vlmdata.types import Box

Relation = Literal["left", "right", "above", "below", "larger", "smaller"]

#: ``{a}`` and ``{b}`` stand for two named figures.
STATEMENTS: dict[Language, dict[Relation, str]] = {
    "en": {
        "left": "The {a} is to the left of the {b}.",
        "right": "The {a} is to the right of the {b}.",
        "above": "The {a} is above the {b}.",
        "below": "The {a} is below the {b}.",
        "larger": "The {a} is larger than the {b}.",
        "smaller": "The {a} is smaller than the {b}.",
    },
    "ja": {
        "left": "{a}は{b}の左にあります。",
        "right": "{a}は{b}の右にあります。",
        "above": "{a}は{b}の上にあります。",
        "below": "{a}は{b}の下にあります。",
        "larger": "{a}は{b}より大きいです。",
        "smaller": "{a}は{b}より小さいです。",
    },
}
QUESTIONS: dict[Language, dict[Relation, str]] = {
    "en": {
        "left": "Is the {a} to the left of the {b}?",
        "right": "Is the {a} to the right of the {b}?",
        "above": "Is the {a} above the {b}?",
        "below": "Is the {a} below the {b}?",
        "larger": "Is the {a} larger than the {b}?",
        "smaller": "Is the {a} smaller than the {b}?",
    },
    "ja": {
        "left": "{a}は{b}の左にありますか。",
        "right": "{a}は{b}の右にありますか。",
        "above": "{a}は{b}の上にありますか。",
        "below": "{a}は{b}の下にありますか。",
        "larger": "{a}は{b}より大きいですか。",
        "smaller": "{a}は{b}より小さいですか。",
    },
}
YES: dict[Language, str] = {"en": "Yes", "ja": "はい"}
NO: dict[Language, str] = {"en": "No", "ja": "いいえ"}

OPPOSITE: dict[Relation, Relation] = {
    "left": "right",
    "right": "left",
    "above": "below",
    "below": "above",
    "larger": "smaller",
    "smaller": "larger",
}

#: One box is called larger only from this ratio of areas on, so that the eye agrees.
CLEARLY_LARGER = 1.5

_TESTS: dict[Relation, Callable[[Box, Box], bool]] = {
    "left": lambda a, b: a.x2 <= b.x1,
    "right": lambda a, b: a.x1 >= b.x2,
    "above": lambda a, b: a.y2 <= b.y1,
    "below": lambda a, b: a.y1 >= b.y2,
    "larger": lambda a, b: a.area >= CLEARLY_LARGER * b.area,
    "smaller": lambda a, b: b.area >= CLEARLY_LARGER * a.area,
}


def holds(relation: Relation, subject: Box, other: Box) -> bool:
    """Whether ``subject`` stands in ``relation`` to ``other``, both in one frame.

    A side is meant strictly: the boxes do not overlap along that axis. So a relation and its opposite are
    never both true, and may both be false.
    """
    return _TESTS[relation](subject, other)
