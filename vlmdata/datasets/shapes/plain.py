"""Scenes of colored figures on texture: one picture, or several to compare."""

from __future__ import annotations

from vlmdata.datasets.shapes.canvas import Canvas
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.figures import drawn, scattered
from vlmdata.datasets.shapes.frame import frame
from vlmdata.datasets.shapes.relations import Relation
from vlmdata.datasets.shapes.sayings import View, say_caption, say_questions
from vlmdata.datasets.shapes.talk import Draft, Talk
from vlmdata.datasets.shapes.texture import textured
from vlmdata.datasets.shapes.vocabulary import COLORS, Language, named
from vlmdata.types import Annotation

_SIDES: tuple[Relation, ...] = ("left", "right")
_HEIGHTS: tuple[Relation, ...] = ("above", "below")
_SIZES: tuple[Relation, ...] = ("larger", "smaller")


def _spoken(dice: Dice) -> tuple[Relation, ...]:
    """Sides in four of ten, heights in one of ten, sizes in one; the other four speak of no relation."""
    place = dice.unit()
    return _SIDES if place < 0.4 else _HEIGHTS if place < 0.5 else _SIZES if place < 0.6 else ()


def plain(dice: Dice, language: Language, transparent: bool) -> Draft:
    """One picture: a caption, questions, or both.

    ``transparent`` says that its background will be, and so shows as white: then no figure is white.
    """
    size = frame(dice)
    background, texture = textured(dice, size)
    canvas = Canvas(background)
    colors = tuple(color for color in COLORS if not (transparent and color == "white"))
    figures = scattered(dice, size, dice.between(2, 6), colors, [])
    canvas.shade(figure.outline for figure in figures)
    view = View(figures, drawn(canvas, figures), "white" if transparent else texture, _spoken(dice))
    talk = Talk(language)
    captioned = dice.chance(0.55)
    if captioned:
        say_caption(dice, talk, view)
    if not captioned or dice.chance(0.4):
        say_questions(dice, talk, view, dice.between(1, 4))
    return Draft(talk, (canvas,), tuple(view.marks))


def several(dice: Dice, language: Language, transparent: bool) -> Draft:
    """Two or three pictures of two to four figures, compared."""
    talk = Talk(language, images=dice.between(2, 3), tags=["multi-image"])
    canvases: list[Canvas] = []
    marks: list[Annotation] = []
    for image in range(talk.images):
        size = frame(dice, longest=384)
        canvas = Canvas(textured(dice, size)[0])
        figures = scattered(dice, size, dice.between(2, 4), tuple(COLORS), [])
        canvas.shade(figure.outline for figure in figures)
        marks += drawn(canvas, figures, image, first=len(marks))
        canvases.append(canvas)
    _compare(dice, talk, marks)
    return Draft(talk, tuple(canvases), tuple(marks))


def _compare(dice: Dice, talk: Talk, marks: list[Annotation]) -> None:
    labels = [str(mark.label) for mark in marks]
    english = talk.language == "en"
    single = [mark for mark in marks if labels.count(str(mark.label)) == 1]
    if single:
        mark = dice.pick(single)
        name = named(str(mark.label), talk.language)
        question = f"Which picture shows the {name}?" if english else f"{name}はどの絵にありますか。"
        talk.ask(question, _ordinal(mark.image, talk.language))
    counts = [sum(mark.image == image for mark in marks) for image in range(talk.images)]
    if counts.count(max(counts)) == 1:
        question = "Which picture has the most figures?" if english else "図形が一番多いのはどの絵ですか。"
        talk.ask(question, _ordinal(counts.index(max(counts)), talk.language), tag="reasoning")
    question = "How many figures are there in all?" if english else "図形は全部でいくつありますか。"
    talk.ask(question, str(sum(counts)), tag="reasoning")


def _ordinal(number: int, language: Language) -> str:
    return f"The {('first', 'second', 'third')[number]} one" if language == "en" else f"{number + 1}枚目"
