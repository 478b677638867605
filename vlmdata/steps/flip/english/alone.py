"""Sides that their neighbours do not show: answers, newspaper captions, referring expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vlmdata.steps.flip.english.phrases import END, PERSON_NAMED
from vlmdata.steps.flip.english.vocabulary import INTENSIFIED, NUMBER
from vlmdata.steps.flip.findings import REGION, Scene, lowered, surroundings


@dataclass(frozen=True, slots=True)
class Spot:
    """A word in its text: ``lower`` is the text in lower case, ``before`` and ``after`` its windows there."""

    text: str
    lower: str
    start: int
    end: int
    scene: Scene
    before: str
    after: str

    @classmethod
    def of(cls, text: str, lower: str, start: int, end: int, scene: Scene) -> Spot:
        return cls(text, lower, start, end, scene, *surroundings(lower, start, end))

    @property
    def word(self) -> str:
        return self.lower[self.start : self.end]

    @property
    def said(self) -> str:
        """The word as written."""
        return self.text[self.start : self.end]


_CUE = re.compile(
    r"\b(?:which|what) (?:side|hand|direction|way|arm|foot|leg|eye|end|corner|half|lane|part of)\b|\bwhere\b"
    r"|(?<![a-z])left(?: side| hand)? or (?:(?:on|to) )?(?:the |its |his |her )?right(?![a-z])"
    r"|(?<![a-z])right(?: side| hand)? or (?:(?:on|to) )?(?:the |its |his |her )?left(?![a-z])"
)
_BARE = re.compile(
    r"\s*(?:\(?[a-h1-9][.):]\s*)?(?:(?:it's|it is|he is|she is|they are)\s)?(?:(?:on|at|to) )?"
    r"(?:the |its |his |her |their )?left(?:[ -]hand)?(?: side)?\s*[.!]?\s*"
)


def is_answer(spot: Spot) -> bool:
    """Whether it stands alone, as text or line, and a question for sides asks for it."""
    line = spot.before.rpartition("\n")[2] + "left" + spot.after.partition("\n")[0]
    if not _BARE.fullmatch(line):
        return False
    question = lowered(spot.scene.question)
    asked = _CUE.search(spot.lower) or _CUE.search(question)
    return asked is not None and "wrong" not in spot.lower + question


_NAMED, _AFTER_NAME = re.compile(r"[A-Z][\w.'’-]+, $"), re.compile(rf"(?:,|;|\)| and [a-z]|{END})")


def is_beside_name(spot: Spot) -> bool:
    """``Tina Charles, left, and Epiphanny Prince``, as newspapers write."""
    named = _NAMED.search(spot.text, max(0, spot.start - 60), spot.start)
    return named is not None and _AFTER_NAME.match(spot.after) is not None


_ONE_OF_TWO = re.compile(rf"(?: ones?|{PERSON_NAMED})\b")


def is_one_of_two(spot: Spot) -> bool:
    """``the right one``, which may be the correct one, where ``the left one`` is spoken of, too."""
    noun = _ONE_OF_TWO.match(spot.after) if spot.word == "right" else None
    return noun is not None and re.search(rf"\bthe left{noun[0]}\b", spot.lower) is not None


_VERBS = re.compile(r"\b(?:is|are|was|were|has|have|had|be|been|he|she|they|it|we|you|i|to|will|can|not)\b|[.?!]\s*\S")
_NAMING = re.compile(rf" (?!(?:{INTENSIFIED}|in|on|at|by|over|out|alone|the|a)\b)[a-z]|{END}")
_AT_END = re.compile(END)
_COUNTED = re.compile(rf"\b(?:{NUMBER}|\d+|all)\b")


def is_phrase(spot: Spot) -> bool:
    """Whether the text is a short referring expression with the word at its start or end: ``left guy``."""
    question = spot.scene.question
    answers = bool(question.strip()) and REGION not in question
    if not spot.scene.grounding or answers or len(spot.lower) > 70 or _VERBS.search(spot.lower):
        return False
    if not spot.before.strip():
        return _NAMING.match(spot.after) is not None
    return _AT_END.match(spot.after) is not None and not _COUNTED.search(spot.before)


_PLACED = re.compile(r"\b(?:on|at|to|in)(?: the)? $")
_SHAPED = re.compile(r"[- ]?(?:shape|\d)|['.]\w")


def is_short_form(spot: Spot) -> bool:
    """Whether ``l``, ``rt``, ``lhs`` is a side: in short referring expressions, and ``on the lhs``."""
    if spot.word in ("lhs", "rhs") and _PLACED.search(spot.before):
        return True
    apart = not spot.before or spot.before[-1] in " ,(\n"
    return spot.scene.grounding and apart and not _SHAPED.match(spot.after) and len(spot.lower) < 60


def is_name(spot: Spot) -> bool:
    """Whether a capital inside a sentence, before another one, makes it look like a name: ``the Left Bank``."""
    follows = spot.text[spot.end : spot.end + 2]
    capitals = spot.said[0].isupper() and not spot.said.isupper() and follows[1:].isupper()
    before = spot.text[: spot.start].rstrip()
    return capitals and follows[0] in " -" and before != "" and before[-1] not in ".!?:;\n(*•–—"
