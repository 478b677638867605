"""Which characters a text is made of: letters, digits, scripts that put no spaces between words."""

from __future__ import annotations

import re
from collections.abc import Sequence

UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan, as ranges for a regular expression."""

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
"""A word between spaces or punctuation; ``don't`` and ``check-in`` are one."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def has_spaces(texts: Sequence[str]) -> bool:
    """Whether words can be told apart by spaces: fewer than half of the letters are of an unspaced script."""
    if all(map(str.isascii, texts)):
        return True
    letters = sum(sum(map(str.isalpha, text)) for text in texts)
    unspaced = sum(len(_UNSPACED.findall(text)) for text in texts)
    return not letters or 2 * unspaced < letters


def shares(texts: Sequence[str]) -> tuple[float, float] | None:
    """Letters and digits of any script as shares of all characters but white space; None where there are none."""
    solid = "".join(part for text in texts for part in text.split())
    if not solid:
        return None
    return sum(map(str.isalpha, solid)) / len(solid), sum(map(str.isdigit, solid)) / len(solid)
