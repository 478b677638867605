"""Several pictures in place of one: frames of an animation, pages of a document, frames of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vlmdata.types import Image, ImagePart, Message, Part, Sample, TextPart


@dataclass(frozen=True, slots=True)
class Several:
    """What a picture becomes: ``images``, at least one; a text ``before`` each of them, and one ``after`` the last."""

    images: Sequence[Image]
    before: Sequence[str] = ()
    after: str = ""

    def parts(self, first: int) -> list[Part]:
        """They and their texts, where the sample's image number ``first`` is the first of them."""
        parts: list[Part] = []
        for number in range(len(self.images)):
            parts += _text(self.before[number] if self.before else "")
            parts.append(ImagePart(first + number))
        return parts + _text(self.after)


def spread(sample: Sample, made: Sequence[Several]) -> Sample:
    """The sample with each of its images replaced, and all that counts images moved along.

    Annotations stay with the first of what their picture becomes.
    """
    starts = [sum(len(one.images) for one in made[:number]) for number in range(len(made))]
    return replace(
        sample,
        images=tuple(image for one in made for image in one.images),
        messages=tuple(_shown(message, starts, made) for message in sample.messages),
        annotations=tuple(replace(mark, image=starts[mark.image]) for mark in sample.annotations),
    )


def _shown(message: Message, starts: Sequence[int], made: Sequence[Several]) -> Message:
    content: list[Part] = []
    for part in message.content:
        if isinstance(part, ImagePart):
            content += made[part.image].parts(starts[part.image])
        else:
            content.append(part)
    return replace(message, content=tuple(content))


def _text(text: str) -> list[Part]:
    return [TextPart(text)] if text else []
