"""What is said of the figures of one picture: captions, and questions with their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.figures import Figure
from vlmdata.datasets.shapes.relations import NO, OPPOSITE, QUESTIONS, STATEMENTS, YES, Relation, holds
from vlmdata.datasets.shapes.talk import Claim, Talk
from vlmdata.datasets.shapes.texture import TEXTURE_WORDS
from vlmdata.datasets.shapes.vocabulary import (
    COLOR_WORDS,
    KIND_WORDS,
    KINDS,
    adjective,
    listed,
    named,
    plural,
    with_article,
)
from vlmdata.types import Annotation

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True)
class View:
    """The figures of one picture as drawn, its texture, and which relations may be spoken of."""

    figures: Sequence[Figure]
    marks: Sequence[Annotation]
    texture: str
    spoken: tuple[Relation, ...] = ()

    def claims(self) -> list[Claim]:
        """The true relations that may be spoken of; of each two figures, the one drawn first is the subject."""
        return [
            (str(a.label), relation, str(b.label))
            for a, b in combinations(self.marks, 2)
            for relation in self.spoken
            if a.box and b.box and holds(relation, a.box, b.box)
        ]


def statement(claim: Claim, talk: Talk) -> str:
    """The sentence for a claim, which is noted as affirmed."""
    talk.claims.append(claim)
    a, relation, b = claim
    return STATEMENTS[talk.language][relation].format(a=named(a, talk.language), b=named(b, talk.language))


def say_caption(dice: Dice, talk: Talk, view: View) -> None:
    """One caption and two others; with relations where they may be spoken of."""
    names = [named(figure.label, talk.language) for figure in view.figures]
    listing, texture = listed(names, talk.language), TEXTURE_WORDS[talk.language][view.texture]
    if talk.language == "en":
        number = _NUMBERS[len(names)]
        texts = [
            f"{listing[0].upper()}{listing[1:]} on a {texture} background.",
            f"There are {number} figures: {listing}.",
            f"A {texture} background with {listing}.",
        ]
    else:
        texts = [
            f"{texture}の背景に、{listing}があります。",
            f"図形が{len(names)}つあります。{listing}です。",
            f"{listing}が描かれた絵です。",
        ]
    gap = " " if talk.language == "en" else ""
    claims = dice.some(view.claims(), 4)
    if claims:
        told = [statement(claim, talk) for claim in claims]
        texts = [texts[0] + gap + told[0], gap.join(told[1:3]) or texts[1], texts[2] + gap + told[-1]]
    talk.caption(texts[0], texts[1:])


def _count(dice: Dice, talk: Talk, view: View) -> bool:
    kind = dice.pick([figure.kind for figure in view.figures]) if dice.chance(0.8) else dice.pick(KINDS)
    count = sum(figure.kind == kind for figure in view.figures)
    if talk.language == "en":
        talk.ask(f"How many {plural(kind)} are there?", str(count), [_NUMBERS[count].replace("no", "none")])
    else:
        answer, other = (f"{count}つ", str(count)) if count else ("0", "ありません")
        talk.ask(f"{KIND_WORDS['ja'][kind]}はいくつありますか。", answer, [other])
    return True


def _color(dice: Dice, talk: Talk, view: View) -> bool:
    kinds = [figure.kind for figure in view.figures]
    single = [figure for figure in view.figures if kinds.count(figure.kind) == 1]
    if not single:
        return False
    figure = dice.pick(single)
    word = COLOR_WORDS[talk.language][figure.color]
    if talk.language == "en":
        talk.ask(f"What colour is the {figure.kind}?", word, [f"The {figure.kind} is {word}."])
    else:
        talk.ask(f"{KIND_WORDS['ja'][figure.kind]}は何色ですか。", word, [f"{word}です。"])
    return True


def _kind(dice: Dice, talk: Talk, view: View) -> bool:
    figure = dice.pick(view.figures)
    word = KIND_WORDS[talk.language][figure.kind]
    if talk.language == "en":
        talk.ask(f"What is the {figure.color} figure?", word, [with_article(word)])
    else:
        talk.ask(f"{adjective(figure.color, 'ja')}図形は何ですか。", word, [f"{word}です。"])
    return True


def _exists(dice: Dice, talk: Talk, view: View) -> bool:
    labels = [figure.label for figure in view.figures]
    color, kind = dice.pick(labels).split()
    label = f"{color} {kind if dice.chance(0.5) else dice.pick(KINDS)}"
    answer = (YES if label in labels else NO)[talk.language]
    name = named(label, talk.language)
    talk.ask(f"Is there {with_article(name)}?" if talk.language == "en" else f"{name}はありますか。", answer)
    return True


def _relation(dice: Dice, talk: Talk, view: View) -> bool:
    claims = view.claims()
    if not claims:
        return False
    a, relation, b = dice.pick(claims)
    talk.claims.append((a, relation, b))
    affirmed = dice.chance(0.5)
    asked = relation if affirmed else OPPOSITE[relation]
    question = QUESTIONS[talk.language][asked].format(a=named(a, talk.language), b=named(b, talk.language))
    talk.ask(question, (YES if affirmed else NO)[talk.language])
    return True


def _where(dice: Dice, talk: Talk, view: View) -> bool:
    mark = dice.pick(view.marks)
    name = named(str(mark.label), talk.language)
    talk.locate(f"Where is the {name}?" if talk.language == "en" else f"{name}はどこにありますか。", mark)
    return True


def _what_here(dice: Dice, talk: Talk, view: View) -> bool:
    mark = dice.pick(view.marks)
    name = named(str(mark.label), talk.language)
    if talk.language == "en":
        talk.refer("What is at ", mark, "?", f"{with_article(name).capitalize()}.")
    else:
        talk.refer("", mark, "には何がありますか。", f"{name}です。")
    return True


def _largest(dice: Dice, talk: Talk, view: View) -> bool:
    if len(view.marks) < 2:
        return False
    ranked = sorted(view.marks, key=lambda mark: -mark.box.area if mark.box else 0.0)
    first, second = ranked[0].box, ranked[1].box
    if not (first and second and holds("larger", first, second)):
        return False
    right = str(ranked[0].label)
    labels = dice.shuffled([right, *(str(mark.label) for mark in dice.some(ranked[1:], 3))])
    question = "Which figure is the largest?" if talk.language == "en" else "一番大きい図形はどれですか。"
    talk.choose(question, [named(label, talk.language) for label in labels], labels.index(right))
    return True


_QUESTIONS: tuple[Callable[[Dice, Talk, View], bool], ...] = (
    _count,
    _color,
    _kind,
    _exists,
    _relation,
    _where,
    _what_here,
    _largest,
)


def say_questions(dice: Dice, talk: Talk, view: View, count: int) -> None:
    """``count`` questions of different kinds, as far as the picture admits; about a relation first, where it may."""
    first = [_relation] if view.spoken else []
    asked = 0
    for ask in (*first, *dice.shuffled([question for question in _QUESTIONS if question not in first])):
        asked += asked < count and ask(dice, talk, view)
