"""Reads English for ``left`` and ``right``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from vlmdata.steps.flip.english.alone import (
    Spot,
    is_answer,
    is_beside_name,
    is_name,
    is_one_of_two,
    is_phrase,
    is_short_form,
)
from vlmdata.steps.flip.english.otherwise import CORRECT_OR_DUE, EXACTLY, LEFT
from vlmdata.steps.flip.english.sides import SIDES
from vlmdata.steps.flip.findings import Finding, Rule, Scene, Verdict, agreed, fitting, in_case_of, lowered, twins

_WORDS = re.compile(
    r"(?<![a-z])(?:(?:upper|lower|low|top|bottom|far|near|mid|middle|back|rear|front|fore|cent(?:er|re|ral)|hard|stage"
    r"|house|inner|outer|extreme|up(?=left))?(?:left|right)[a-z]*|lft|rgt|lt|rt|l|r|[lr]hs|[lr]h)(?![a-z])"
)

_JOINED = ("upper", "lower", "top", "bottom", "far", "mid", "middle", "center", "centre", "back", "rear", "front")
TWINS = twins(
    "left right", "leftmost rightmost", "leftward rightward", "leftwards rightwards", "lefthand righthand",
    "lefthanded righthanded", "lefthander righthander", "leftside rightside", "lefty righty", "lefties righties",
    *(f"{joined}left{tail} {joined}right{tail}" for joined in _JOINED for tail in ("", "most", "hand", "side")),
)  # fmt: skip
"""Whole words and what each becomes: exact twins, so that a mirror of the mirror gives the word back."""
SHORT = twins("l r", "lft rgt", "lt rt", "lh rh", "lhs rhs")
"""As written in referring expressions."""
_TWINS_AND_SHORT = {**TWINS, **SHORT}
_OTHER_WORDS = """
    leftover leftovers rights rightful rightfully rightly righteous righteously righteousness leftist leftists rightist
    rightists
"""
OTHER_WORDS = frozenset(_OTHER_WORDS.split())
"""Words that have ``left`` or ``right`` in them and name no side."""

_POLITICS = re.compile(
    r"\b(?:politic\w*|liberals?|conservatives?|elections?|party's|parliament|socialis\w+|communis\w+|ideolog\w*)\b"
)
_DRIVING = re.compile(r"\b(?:drive|drives|drove|keep|keeps|stay|stays)(?: (?:to|on))?(?: the)? $")


def sides(text: str, scene: Scene) -> Iterator[Finding]:
    """Every ``left`` and ``right``, alone or in a word, and their short forms."""
    lower = lowered(text)
    for match in _WORDS.finditer(lower):
        yield _judged(Spot.of(text, lower, *match.span(), scene))


def _judged(spot: Spot) -> Finding:
    verdict, rule = _decision(spot) or ("refuse", "sides")
    twin = in_case_of(spot.said, _TWINS_AND_SHORT.get(spot.word, "")) if verdict == "swap" else ""
    if twin is None or (twin and is_name(spot)):
        return Finding(spot.start, spot.end, "refuse", "name")
    return Finding(spot.start, spot.end, verdict, rule, twin)


def _decision(spot: Spot) -> tuple[Verdict, str] | None:
    """What becomes of the word, and by which rule; None where none can tell."""
    if spot.word in OTHER_WORDS:
        return "keep", "word"
    if spot.word in SHORT:
        return ("swap", "short") if is_short_form(spot) else None
    if spot.word not in ("left", "right"):
        return ("swap", "compound") if spot.word in TWINS else None
    elsewhere = _POLITICS.search(spot.lower) or _DRIVING.search(spot.before)
    rules = fitting(_rules(spot, elsewhere=elsewhere is not None), spot.word, spot.before, spot.after)
    if rules or elsewhere:
        return agreed(rules)
    return next((("swap", rule) for is_so, rule in _ALONE if is_so(spot)), None)


_ALONE: tuple[tuple[Callable[[Spot], bool], str], ...] = (
    (is_answer, "answer"),
    (is_beside_name, "side"),
    (is_one_of_two, "thing"),
    (is_phrase, "phrase"),
)
"""Asked in turn where no rule fits."""


def _rules(spot: Spot, *, elsewhere: bool) -> Sequence[Rule]:
    """Those that may speak: politics and driving have sides of their own, referring expressions name nothing else."""
    otherwise = LEFT if spot.word == "left" else (*EXACTLY, *CORRECT_OR_DUE)
    if elsewhere:
        return otherwise
    if spot.scene.grounding:
        return SIDES if spot.word == "left" else (*SIDES, *CORRECT_OR_DUE)
    return (*SIDES, *otherwise)
