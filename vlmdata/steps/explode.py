"""One sample into several: a question or a caption each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from vlmdata.steps.base import Context, Step
from vlmdata.steps.child_key import child_key
from vlmdata.types import ImagePart, Message, Part, Sample, TextPart


class Explode(Step):
    """Make one sample per question, or one per caption.

    ## Why
    Some trainers want one question for each picture; filters and balances work on single questions.

    ``by: question`` makes a child of every turn: a user message and what follows it up to the next one. System
    messages stand before each child. The pictures shown up to then stand in its first message, so a child never
    sees a picture of a later turn. Questions that lean on an earlier answer lose it.

    ``by: caption`` makes a child of every text: the sample without its alternatives, and one more for each
    alternative, put in place of the message it belongs to. Texts that occur twice are taken once.

    Children keep the annotations they speak of; where the sample speaks of none, they keep all of their pictures.
    Choices and, by question, alternatives stay with their message. A sample with one question or caption, and
    interleaved documents by question, pass unchanged. Children's keys end in ``-c1``, ``-c2`` ...

    ## Drops
    none

    ## Example
        - explode: {by: question}
    """

    name = "explode"

    by: Literal["question", "caption"]

    def apply(self, sample: Sample, ctx: Context) -> Sample | list[Sample]:
        children = _questions(sample) if self.by == "question" else _captions(sample)
        if len(children) <= 1:
            return sample
        return [replace(child, key=child_key(sample.key, number)) for number, child in enumerate(children, 1)]


def _turns(messages: Sequence[Message]) -> list[list[int]]:
    """Numbers of the messages of each turn; a turn begins at a user message that follows another speaker."""
    turns: list[list[int]] = []
    for number, message in enumerate(messages):
        if message.role == "system":
            continue
        if not turns or (message.role == "user" and messages[turns[-1][-1]].role != "user"):
            turns.append([])
        turns[-1].append(number)
    return turns


def _questions(sample: Sample) -> list[Sample]:
    if any(message.role == "document" for message in sample.messages):
        return [sample]
    system = [number for number, message in enumerate(sample.messages) if message.role == "system"]
    unplaced = set(range(len(sample.images))) - set(_images_in(sample.messages))
    always = unplaced.union(_images_in(sample.messages[number] for number in system))
    seen: list[int] = []
    children = []
    for turn in _turns(sample.messages):
        own = _images_in(sample.messages[number] for number in turn)
        before = [image for image in seen if image not in own and image not in always]
        seen += [image for image in own if image not in seen]
        images = sorted({*always, *seen})
        children.append(_child(sample, [*system, *turn], first=turn[0], before=before, images=images))
    return children


def _images_in(messages: Iterable[Message]) -> list[int]:
    parts = (part for message in messages for part in message.content)
    return list(dict.fromkeys(part.image for part in parts if isinstance(part, ImagePart)))


def _child(sample: Sample, numbers: list[int], *, first: int, before: list[int], images: list[int]) -> Sample:
    """The sample cut down to some messages and images, with ``before`` shown at the head of message ``first``."""
    image_of = {old: new for new, old in enumerate(images)}
    message_of = {old: new for new, old in enumerate(numbers)}
    messages = []
    for number in numbers:
        message = sample.messages[number]
        shown = [ImagePart(image) for image in before] if number == first else []
        parts: list[Part] = [
            ImagePart(image_of[part.image]) if isinstance(part, ImagePart) else part
            for part in (*shown, *message.content)
        ]
        messages.append(replace(message, content=tuple(parts)))
    child = replace(
        sample,
        images=tuple(sample.images[image] for image in images),
        messages=tuple(messages),
        annotations=tuple(
            replace(mark, image=image_of[mark.image]) for mark in sample.annotations if mark.image in image_of
        ),
        alternatives=tuple(
            replace(one, message=message_of[one.message]) for one in sample.alternatives if one.message in message_of
        ),
        choices=tuple(
            replace(one, message=message_of[one.message]) for one in sample.choices if one.message in message_of
        ),
    )
    return _with_spoken_marks(child, sample)


def _captions(sample: Sample) -> list[Sample]:
    children = [replace(sample, alternatives=())]
    taken = {(number, message.text) for number, message in enumerate(sample.messages)}
    for alternative in sample.alternatives:
        if (alternative.message, alternative.text) not in taken:
            taken.add((alternative.message, alternative.text))
            children.append(_said_otherwise(sample, alternative.message, alternative.text))
    return [_with_spoken_marks(child, sample) for child in children]


def _said_otherwise(sample: Sample, number: int, text: str) -> Sample:
    message = sample.messages[number]
    pictures = (part for part in message.content if isinstance(part, ImagePart))
    said = replace(message, content=(*pictures, TextPart(text)))
    return replace(
        sample,
        messages=(*sample.messages[:number], said, *sample.messages[number + 1 :]),
        alternatives=(),
    )


def _with_spoken_marks(child: Sample, parent: Sample) -> Sample:
    if not parent.spoken_of:
        return child
    spoken = child.spoken_of
    return replace(child, annotations=tuple(mark for mark in child.annotations if mark.id in spoken))
