"""One text out of several: the caption, the answer that a message says."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.types import Alternative, ImagePart, Message, RegionPart, Sample, TextPart

Choose = Literal["first", "longest", "shortest", "majority", "random", "weighted", "best", "all"]


class _Chooser(Step):
    """What both steps share: messages with alternatives say what is chosen, and their alternatives go."""

    of_questions: ClassVar[bool]
    between: ClassVar[str]

    choose: Choose
    by: str | None = Field(None, description="for `best`: the name in `meta` of a list of scores, the highest wins")
    separator: str | None = Field(None, description="for `all`; null: a line break for captions, `; ` for answers")

    def ready(self) -> str | None:
        if self.choose == "best" and self.by is None:
            return "choose: best needs by, the name of a list of scores in meta"
        if self.choose != "best" and self.by is not None:
            return f"by goes with choose: best, not with choose: {self.choose}"
        if self.choose != "all" and self.separator is not None:
            return f"separator goes with choose: all, not with choose: {self.choose}"
        return None

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        offered: dict[int, list[Alternative]] = {}
        for one in sample.alternatives:
            if self._concerns(sample, one.message):
                offered.setdefault(one.message, []).append(one)
        if not offered:
            return sample
        scores = sample.meta.get(self.by) if self.by is not None and len(offered) == 1 else None
        rng = ctx.rng(sample)
        messages = list(sample.messages)
        settled = set()
        for number, others in sorted(offered.items()):
            said, obstacle = self._said(messages[number], others, scores, rng)
            ctx.note(f"left_alone:{obstacle}" if obstacle else "chosen")
            if not obstacle:
                messages[number] = said
                settled.add(number)
        left = tuple(one for one in sample.alternatives if one.message not in settled)
        return replace(sample, messages=tuple(messages), alternatives=left)

    def _concerns(self, sample: Sample, number: int) -> bool:
        return (
            0 <= number < len(sample.messages)
            and sample.messages[number].role == "assistant"
            and _is_asked(sample.messages[:number]) == self.of_questions
        )

    def _said(
        self, message: Message, others: Sequence[Alternative], scores: object, rng: random.Random
    ) -> tuple[Message, str | None]:
        """The message with the text that is chosen; what stands in the way where none can be."""
        if obstacle := _unlike_text(message):
            return message, obstacle
        texts = _listed(message.text, others)
        if not texts:
            return message, "empty"
        match self.choose:
            case "best":
                chosen = _best(message.text, others, scores)
            case "all":
                chosen = (self.between if self.separator is None else self.separator).join(_distinct(texts))
            case choose:
                chosen = _PICK[choose](texts, rng)
        if chosen is None:
            return message, "scores" if self.choose == "best" else "weights"
        return message if chosen == message.text else replace(message, content=(TextPart(chosen),)), None


class SampleCaptions(_Chooser):
    """Choose among several captions of a picture the one that is said.

    ## Why
    COCO, Flickr30k and re-captioned sets give several captions to a picture. The first is said by the assistant,
    the others are its alternatives, which no trainer reads. This step takes the one that ``choose`` names and
    lets the others go; without it the first is said and the others stay. ``explode: {by: caption}`` makes a
    sample of each instead.

    - ``first``: the one that is said already
    - ``longest``, ``shortest``: by characters
    - ``majority``: the most frequent, but for capitals, white space and a final stop
    - ``random``: each occurrence has the same chance, by the seed of the recipe
    - ``weighted``: random, by the weights of the alternatives
    - ``best``: the one with the highest score. ``by`` names a list in ``meta`` with one number for each text in
      published order: the message's own, then its alternatives. Null is no score
    - ``all``: the different ones in one text, a line each

    Where several are equally good the message's own comes first, then published order counts. Empty texts are
    never chosen. If the message's very text occurs among its alternatives, these are the complete list; otherwise
    the message's text is one more of them, of weight 1.

    A caption is what the assistant says where the user asks nothing: the user's message before it, if any, only
    shows pictures. A default prompt (``Describe the image.``) makes it an answer: see ``sample.answers``.
    Notes, by message: ``chosen``, and ``left_alone:REASON`` for those that keep text and alternatives
    (``regions`` or ``pictures`` in the message, all texts ``empty``, no ``weights`` above 0, no ``scores`` that
    fit its texts, or more than one message with alternatives that they could belong to).

    ## Drops
    none

    ## Example
        - sample.captions: {choose: longest}
        - sample.captions: {choose: best, by: clip_scores}
    """

    name = "sample.captions"
    of_questions = False
    between = "\n"


class SampleAnswers(_Chooser):
    """Choose among several answers to a question the one that is given.

    ## Why
    VQAv2, OK-VQA, VizWiz and TextVQA asked ten people, DocVQA accepts several spellings. One answer is given by
    the assistant, all are its alternatives, with weights where people said how sure they were. This step takes
    the one that ``choose`` names, as ``sample.captions`` explains, and lets the others go. ``majority`` counts
    people, whatever their weights; ``random`` draws an answer as often as it was given, ``weighted`` as surely.
    ``all`` gives the different ones separated by ``; ``.

    An answer is what the assistant says where the user's message before it holds words or regions. Each message
    is chosen for itself; ``best`` needs a sample with one such message (``explode: {by: question}`` makes them).
    Notes are those of ``sample.captions``.

    ## Drops
    none

    ## Example
        - sample.answers: {choose: majority}
    """

    name = "sample.answers"
    of_questions = True
    between = "; "


def normalised(text: str) -> str:
    """What two spellings of one answer share: capitals, white space and a final stop do not count."""
    return " ".join(text.casefold().split()).rstrip(".。").rstrip()


def _is_asked(before: Sequence[Message]) -> bool:
    """Whether the user, when last heard, said more than pictures."""
    turn: list[Message] = []
    for message in reversed(before):
        if message.role == "user":
            turn.append(message)
        elif turn:
            break
    parts = [part for message in turn for part in message.content]
    return any(isinstance(part, RegionPart) or (isinstance(part, TextPart) and part.text.strip()) for part in parts)


def _unlike_text(message: Message) -> str | None:
    kinds = {type(part) for part in message.content}
    return "regions" if RegionPart in kinds else "pictures" if ImagePart in kinds else None


def _listed(own: str, others: Sequence[Alternative]) -> list[Alternative]:
    """All texts of a message that says ``own`` but empty ones, each as often as it was written, its own first."""
    is_complete = any(one.text == own for one in others)
    texts = [*others] if is_complete else [Alternative(others[0].message, own), *others]
    return sorted((one for one in texts if one.text.strip()), key=lambda one: one.text != own)


def _distinct(texts: Sequence[Alternative]) -> Iterable[str]:
    """Each once, in the spelling that comes first."""
    found: dict[str, str] = {}
    for one in texts:
        found.setdefault(normalised(one.text), one.text.strip())
    return found.values()


def _length(one: Alternative) -> int:
    return len(one.text.strip())


def _majority(texts: Sequence[Alternative], _: random.Random) -> str:
    votes = Counter(normalised(one.text) for one in texts)
    return max(texts, key=lambda one: votes[normalised(one.text)]).text


def _weighted(texts: Sequence[Alternative], rng: random.Random) -> str | None:
    weights = [one.weight if one.weight > 0 else 0.0 for one in texts]
    if not 0 < sum(weights) < math.inf:
        return None
    return rng.choices(texts, weights)[0].text


_PICK: Mapping[Choose, Callable[[Sequence[Alternative], random.Random], str | None]] = MappingProxyType(
    {
        "first": lambda texts, _: texts[0].text,
        "longest": lambda texts, _: max(texts, key=_length).text,
        "shortest": lambda texts, _: min(texts, key=_length).text,
        "majority": _majority,
        "random": lambda texts, rng: rng.choice(texts).text,
        "weighted": _weighted,
    }
)


def _best(own: str, others: Sequence[Alternative], scores: object) -> str | None:
    """The text with the highest score; None where ``scores`` are no list of numbers, one for each text.

    They are of the message's own text and the others, or of the others alone where these are the complete list.
    """
    if not isinstance(scores, list | tuple):
        return None
    texts = [own, *(one.text for one in others)]
    if own in texts[1:] and len(scores) == len(others):
        texts = texts[1:]
    if len(scores) != len(texts):
        return None
    scored = [(score, text) for score, text in zip(scores, texts, strict=True) if _is_score(score) and text.strip()]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _is_score(value: object) -> bool:
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int) and not isinstance(value, bool)
