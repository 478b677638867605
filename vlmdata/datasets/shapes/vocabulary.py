"""Colors and kinds of figure, with their names in both languages."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "ja"]
Rgb = tuple[int, int, int]

#: The fill of every figure, 0-255. Any two differ by 90 or more in some channel, and by 60 or more from
#: every background, so ``truth.TOLERANCE`` tells them apart, even through JPEG.
COLORS: dict[str, Rgb] = {
    "red": (215, 35, 45),
    "orange": (246, 130, 25),
    "yellow": (250, 220, 40),
    "green": (30, 150, 65),
    "blue": (30, 85, 205),
    "purple": (120, 44, 178),
    "black": (22, 22, 24),
    "white": (252, 252, 250),
}

#: The colors used beside words, whose plates and ink are near black and white.
VIVID = tuple(color for color in COLORS if color not in ("black", "white"))

COLOR_WORDS: dict[Language, dict[str, str]] = {
    "en": {color: color for color in COLORS},
    "ja": {
        "red": "赤",
        "orange": "オレンジ色",
        "yellow": "黄色",
        "green": "緑",
        "blue": "青",
        "purple": "紫",
        "black": "黒",
        "white": "白",
    },
}

KIND_WORDS: dict[Language, dict[str, str]] = {
    "en": {kind: kind for kind in ("circle", "square", "triangle", "diamond", "star", "cross", "hexagon", "heart")},
    "ja": {
        "circle": "円",
        "square": "四角形",
        "triangle": "三角形",
        "diamond": "ひし形",
        "star": "星",
        "cross": "十字",
        "hexagon": "六角形",
        "heart": "ハート",
    },
}
KINDS = tuple(KIND_WORDS["en"])

_ADJECTIVES_JA = {"green": "緑の", "orange": "オレンジ色の", "purple": "紫の"}


def adjective(color: str, language: Language) -> str:
    """A color before its noun: ``red``, ``赤い``, ``緑の``."""
    if language == "en":
        return color
    return _ADJECTIVES_JA.get(color, COLOR_WORDS["ja"][color] + "い")


def named(label: str, language: Language) -> str:
    """A label such as ``red circle`` in the words of ``language``."""
    color, kind = label.split()
    return f"{color} {kind}" if language == "en" else adjective(color, "ja") + KIND_WORDS["ja"][kind]


def plural(kind: str) -> str:
    return kind + ("es" if kind.endswith("s") else "s")


def with_article(name: str) -> str:
    """An English name with ``a`` or ``an``."""
    return ("an " if name[0] in "aeiou" else "a ") + name


def listed(names: list[str], language: Language) -> str:
    """One sentence part: ``a red circle, a blue square and a star``; ``赤い円、青い四角形、星``."""
    if language == "ja":
        return "、".join(names)
    names = [with_article(name) for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
