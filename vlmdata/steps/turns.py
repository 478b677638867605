"""Turns of a conversation out of what is marked on a picture."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.turns_words import QUESTIONS, Language, TurnKind
from vlmdata.types import Annotation, Drop, ImagePart, Message, Part, RegionPart, Sample, TextPart

_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_TAGS: Mapping[TurnKind, str] = {
    "detect": "detection",
    "locate": "grounding",
    "refer": "grounding",
    "describe": "detection",
}


@dataclass(frozen=True, slots=True)
class _Topic:
    """What one turn is about: a kind of question, a label (None for all), and the marks."""

    kind: TurnKind
    label: str | None
    marks: tuple[Annotation, ...]


class BoxesToTurns(Step):
    """Make questions and answers out of labelled boxes, by templates.

    ## Why
    Detection and grounding data come as boxes without a word (COCO instances). Here they become turns:

    - ``detect``: all boxes of one label, for a question after it;
    - ``locate``: the one box of a label that occurs once;
    - ``refer``: the label, for a question with a box. The box of the question is an annotation of its own without
      label (its id ends in ``-unnamed``), so that no dialect writes the answer into the question;
    - ``describe``: all labels with their boxes, in the order of the annotations; asked last.

    Kinds take turns, a label is asked about once, and what is asked and how is drawn by the seed of the recipe.
    The turns follow those the sample has. Boxes are regions: put ``boxes.render`` or ``chat.render`` after it.
    Questions say ``every``: data whose boxes are not exhaustive should take ``kinds: [locate, refer]``. Labels are
    taken as they are, in whatever language. Notes: ``made:KIND`` by turn, and ``left_alone:REASON`` by sample that
    keeps its conversation as it is (``no_boxes``, ``pictures``, ``unanswered``).

    ## Drops
    - ``no_boxes``: there is no conversation, and no labelled box to make one of
    - ``pictures``: there is no conversation, and a question about boxes needs one picture; the value is their number

    ## Example
        - boxes.to_turns: {kinds: [detect, locate], language: both, max_turns: 3}
        - boxes.render: {dialect: internvl}
    """

    name = "boxes.to_turns"
    fills = frozenset({"annotations"})

    kinds: Annotated[tuple[TurnKind, ...], Field(min_length=1)] = ("detect", "locate", "refer", "describe")
    language: Literal["en", "ja", "both"] = "en"
    max_turns: Annotated[int, Field(ge=1)] = 3
    max_boxes: Annotated[int, Field(ge=1, description="a label with more is not asked for")] = 20
    labels: Annotated[tuple[str, ...] | None, Field(description="ask about these alone")] = None

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        if len(sample.images) != 1 or sample.images[0].is_clip:
            return _left(sample, ctx, "pictures", str(len(sample.images)))
        if sample.messages and sample.messages[-1].role != "assistant":
            return _left(sample, ctx, "unanswered")
        rng = ctx.rng(sample)
        topics = self._chosen(self._topics(sample), rng)
        if not topics:
            return _left(sample, ctx, "no_boxes")
        language: Language = rng.choice(("en", "ja")) if self.language == "both" else self.language
        made = [message for topic in topics for message in _turn(topic, language, rng)]
        if not sample.messages:
            made[0] = replace(made[0], content=(ImagePart(0), *made[0].content))
        for topic in topics:
            ctx.note(f"made:{topic.kind}")
        unnamed = [_unnamed(topic.marks[0]) for topic in topics if topic.kind == "refer"]
        marks = {mark.id: mark for mark in (*sample.annotations, *unnamed)}
        return replace(
            sample,
            messages=(*sample.messages, *made),
            annotations=tuple(marks.values()),
            tags=tuple(dict.fromkeys((*sample.tags, *(_TAGS[topic.kind] for topic in topics)))),
            language=sample.language or language,
        )

    def _topics(self, sample: Sample) -> dict[TurnKind, list[_Topic]]:
        """All that may be asked, by kind. A label one of whose boxes is missing or empty is left out altogether."""
        groups: dict[str, list[Annotation]] = {}
        for mark in sample.annotations:
            if label := (mark.label or "").strip():
                groups.setdefault(label, []).append(mark)
        usable = {
            label: tuple(marks)
            for label, marks in groups.items()
            if len(marks) <= self.max_boxes
            and all(mark.box and mark.box.area > 0 for mark in marks)
            and (self.labels is None or label in self.labels)
        }
        alone = {label: marks for label, marks in usable.items() if len(marks) == 1}
        every = tuple(mark for mark in sample.annotations if (mark.label or "").strip() in usable)
        whole = bool(usable) and usable.keys() == groups.keys() and len(every) <= self.max_boxes
        return {
            "detect": [_Topic("detect", label, marks) for label, marks in usable.items()],
            "locate": [_Topic("locate", label, marks) for label, marks in alone.items()],
            "refer": [_Topic("refer", label, (mark,)) for label, marks in usable.items() for mark in marks],
            "describe": [_Topic("describe", None, every)] if whole else [],
        }

    def _chosen(self, topics: Mapping[TurnKind, list[_Topic]], rng: random.Random) -> list[_Topic]:
        """At most ``max_turns``: kinds in drawn order, one of each in turn, no label twice."""
        kinds = list(dict.fromkeys(self.kinds))
        rng.shuffle(kinds)
        waiting = {kind: rng.sample(topics[kind], len(topics[kind])) for kind in kinds}
        chosen: list[_Topic] = []
        while len(chosen) < self.max_turns and any(waiting.values()):
            for kind in kinds:
                asked = {topic.label for topic in chosen}
                waiting[kind] = [topic for topic in waiting[kind] if topic.label not in asked]
                if waiting[kind] and len(chosen) < self.max_turns:
                    chosen.append(waiting[kind].pop())
        return sorted(chosen, key=lambda topic: topic.kind == "describe")


def _left(sample: Sample, ctx: Context, reason: str, value: str | None = None) -> Sample | Drop:
    if not sample.messages:
        return Drop(reason=reason, value=value)
    ctx.note(f"left_alone:{reason}")
    return sample


def _turn(topic: _Topic, language: Language, rng: random.Random) -> tuple[Message, Message]:
    template = rng.choice(QUESTIONS[language, topic.kind])
    label = topic.label or ""
    question = template.replace("{label}", _ARTICLE.sub("", label) if language == "en" else label)
    before, here, after = question.partition("{region}")
    region = (RegionPart((_unnamed(topic.marks[0]).id,)),) if here else ()
    asked: Sequence[Part] = (*_text(before), *region, *_text(after))
    return Message("user", tuple(asked)), Message("assistant", tuple(_answer(topic)))


def _answer(topic: _Topic) -> Iterator[Part]:
    if topic.kind == "refer":
        yield TextPart(topic.label or "")
    elif topic.kind == "describe":
        by_label: dict[str, list[str]] = {}
        for mark in topic.marks:
            by_label.setdefault((mark.label or "").strip(), []).append(mark.id)
        for number, (label, names) in enumerate(by_label.items()):
            yield TextPart(f"\n{label}: " if number else f"{label}: ")
            yield RegionPart(tuple(names))
    else:
        yield RegionPart(tuple(mark.id for mark in topic.marks))


def _unnamed(mark: Annotation) -> Annotation:
    """The same box without what it is called."""
    return Annotation(id=f"{mark.id}-unnamed", image=mark.image, box=mark.box, source=mark.source)


def _text(text: str) -> tuple[TextPart, ...]:
    return (TextPart(text),) if text else ()
