"""Rows without a picture: sums and plain facts about figures."""

from __future__ import annotations

from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.talk import Draft, Talk
from vlmdata.datasets.shapes.vocabulary import COLORS, KIND_WORDS, Language, adjective, plural

_CORNERS = {"triangle": 3, "square": 4, "diamond": 4, "hexagon": 6}


def text_only(dice: Dice, language: Language, transparent: bool) -> Draft:
    """One to three questions that need no picture."""
    talk = Talk(language, images=0)
    for _ in range(dice.between(1, 3)):
        question, answer = (_sum if dice.chance(0.5) else _corners)(dice, language)
        talk.ask(question, str(answer), tag="reasoning")
    return Draft(talk)


def _sum(dice: Dice, language: Language) -> tuple[str, int]:
    one, two = dice.between(2, 20), dice.between(2, 20)
    first, second = dice.some(tuple(COLORS), 2)
    kind, other = dice.some(tuple(_CORNERS), 2)
    if language == "en":
        return (
            f"I draw {one} {first} {plural(kind)} and {two} {second} {plural(other)}. How many figures do I draw?",
            one + two,
        )
    names = (adjective(first, "ja") + KIND_WORDS["ja"][kind], adjective(second, "ja") + KIND_WORDS["ja"][other])
    return f"{names[0]}を{one}個、{names[1]}を{two}個描きました。図形は全部で何個ですか。", one + two


def _corners(dice: Dice, language: Language) -> tuple[str, int]:
    count, kind = dice.between(1, 9), dice.pick(tuple(_CORNERS))
    if language == "en":
        shapes = kind if count == 1 else plural(kind)
        return f"How many corners do {count} {shapes} have?".replace("do 1", "does 1"), count * _CORNERS[kind]
    return f"{KIND_WORDS['ja'][kind]}{count}個には、角が全部でいくつありますか。", count * _CORNERS[kind]
