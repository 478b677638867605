"""What a reader of one language finds in a text: words that a mirror makes wrong, and what is to be done with each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["swap", "keep", "refuse"]

REGION = "\ufffc"
"""Stands in a text where a region is spoken of."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``text[start:end]`` is a word of direction, or looks like one.

    ``swap``: it becomes ``twin``. ``keep``: it means something else here. ``refuse``: nobody can tell, or there is
    no exact twin. ``rule`` is what the decision is counted under.
    """

    start: int
    end: int
    verdict: Verdict
    rule: str
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a reader may know besides the text: the question it answers, and facts about its sample."""

    question: str = ""
    grounding: bool = False
    aerial: bool = False
    images: int = 1


Reader = Callable[[str, Scene], Iterable[Finding]]


def lowered(text: str) -> str:
    """In lower case with plain apostrophes, character by character: positions stay."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(one if len(one) == 1 else char for char in text for one in [char.lower()])
    return lower.replace("’", "'")


@dataclass(frozen=True, slots=True)
class Rule:
    """Surroundings in which a word is certain.

    ``before`` is matched up to the word, ``after`` from its end on; ``unless_before`` and ``unless_after`` must not
    match there. ``words`` are those it is about, all where empty.
    """

    name: str
    verdict: Verdict
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    words: frozenset[str]

    def fits(self, word: str, before: str, after: str) -> bool:
        """Whether it speaks of ``word`` between these two windows of the text."""
        return (
            (not self.words or word in self.words)
            and (self.after is None or self.after.match(after) is not None)
            and (self.unless_after is None or self.unless_after.match(after) is None)
            and (self.before is None or self.before.search(before) is not None)
            and (self.unless_before is None or self.unless_before.search(before) is None)
        )


def swap(
    name: str, before: str = "", after: str = "", *, unless_before: str = "", unless_after: str = "", words: str = ""
) -> Rule:
    """A rule that makes the twin of the word; the arguments are regular expressions of lower-case text."""
    return _rule(name, "swap", before, after, unless_before, unless_after, words)


def keep(
    name: str, before: str = "", after: str = "", *, unless_before: str = "", unless_after: str = "", words: str = ""
) -> Rule:
    """A rule that lets the word stand, for it means no direction."""
    return _rule(name, "keep", before, after, unless_before, unless_after, words)


def _rule(
    name: str, verdict: Verdict, before: str, after: str, unless_before: str, unless_after: str, words: str
) -> Rule:
    def ending(pattern: str) -> re.Pattern[str] | None:
        return re.compile(f"(?:{pattern})$") if pattern else None

    def starting(pattern: str) -> re.Pattern[str] | None:
        return re.compile(pattern) if pattern else None

    return Rule(
        name, verdict, ending(before), starting(after), ending(unless_before), starting(unless_after),
        frozenset(words.split()),
    )  # fmt: skip


_BEFORE, _AFTER = 110, 70


def surroundings(lower: str, start: int, end: int) -> tuple[str, str]:
    """The windows of whole words that rules look at, before and after."""
    first = max(0, start - _BEFORE)
    before = lower[first:start]
    return before.partition(" ")[2] if first else before, lower[end : end + _AFTER]


def fitting(rules: Iterable[Rule], word: str, before: str, after: str) -> list[Rule]:
    """The rules that speak of ``word`` between these windows."""
    return [rule for rule in rules if rule.fits(word, before, after)]


def agreed(rules: Sequence[Rule]) -> tuple[Verdict, str] | None:
    """Their verdict and the first one's name; None where there is none, or where they disagree."""
    return (rules[0].verdict, rules[0].name) if len({rule.verdict for rule in rules}) == 1 else None


def in_case_of(original: str, twin: str) -> str | None:
    """``twin`` in the case of ``original``: lower, Capital or UPPER. None for any other, and where there is no twin."""
    if not twin or original.islower():
        return twin or None
    if original.isupper() and (len(original) > 1 or len(twin) == 1):
        return twin.upper()
    if original[0].isupper() and not any(char.isupper() for char in original[1:]):
        return twin[0].upper() + twin[1:]
    return None


def twins(*pairs: str) -> dict[str, str]:
    """Both ways: ``twins("left right", "port starboard")``."""
    both = [tuple(pair.split()) for pair in pairs]
    return {one: other for pair in both for one, other in (pair, pair[::-1])}


def swapped(text: str, findings: Iterable[Finding]) -> str:
    """The text with every twin in place, all at once."""
    pieces, at = [], 0
    for one in sorted((one for one in findings if one.verdict == "swap"), key=lambda one: one.start):
        pieces += [text[at : one.start], one.twin]
        at = one.end
    return "".join([*pieces, text[at:]])


def read(text: str, scene: Scene, readers: Iterable[Reader]) -> Iterator[Finding]:
    """What all readers find."""
    for reader in readers:
        yield from reader(text, scene)
