"""A sample once its pictures have been asked for: with all of them, or a document with those that are good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vlmdata.errors import BadRecord
from vlmdata.types import Image, ImagePart, Message, Sample, StepTally


def received(
    sample: Sample, answers: Sequence[Image | BadRecord], tally: StepTally, *, all_or_none: bool = False
) -> Sample:
    """With its pictures in their order.

    A document stays without those that did not come or are broken, as long as one is good: pages of the web outlive
    their pictures, and their text still goes on past the gap. They are noted as ``left_out:REASON``. Raises the first
    ``BadRecord`` where another sample lacks one, or a document all; with ``all_or_none`` a document is like others.
    """
    lost = [answer for answer in answers if isinstance(answer, BadRecord)]
    numbers = [number for number, answer in enumerate(answers) if isinstance(answer, Image)]
    if lost and (all_or_none or not numbers or not _is_document(sample)):
        raise lost[0]
    images = tuple(answer for answer in answers if isinstance(answer, Image))
    if not lost:
        return replace(sample, images=images)
    tally.notes.update(f"left_out:{bad.reason}" for bad in lost)
    places = {old: new for new, old in enumerate(numbers)}
    messages = (_renumbered(message, places) for message in sample.messages)
    return replace(
        sample,
        images=images,
        messages=tuple(message for message in messages if message.content),
        tags=tuple(tag for tag in sample.tags if tag != "multi-image" or len(images) > 1),
    )


def _is_document(sample: Sample) -> bool:
    """Whether it is interleaved text and no more, so that nothing refers to a picture but its place in the text."""
    beside = (sample.annotations, sample.alternatives, sample.choices, sample.rendered, sample.tokens)
    return not any(beside) and {message.role for message in sample.messages} == {"document"}


def _renumbered(message: Message, places: Mapping[int, int]) -> Message:
    """Without the pictures that have no new number."""
    kept = (part for part in message.content if not isinstance(part, ImagePart) or part.image in places)
    parts = (ImagePart(places[part.image]) if isinstance(part, ImagePart) else part for part in kept)
    return Message(message.role, tuple(parts))
