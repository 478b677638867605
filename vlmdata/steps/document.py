"""Interleaved documents of the length a model takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Annotated, NamedTuple

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.child_key import child_key
from vlmdata.types import Drop, ImagePart, Message, Part, RegionPart, Sample, TextPart


class DocumentSplit(Step):
    """Cut interleaved documents into samples of bounded length, between texts and never inside one.

    ## Why
    Pages of the web are longer than a sequence of tokens, and what a trainer cuts off is lost. Parts are taken in
    order, as many as fit: a sample ends before the part that would be one picture or one character too many. Each
    sample takes the pictures that it shows. Pictures right before a text go on with it;
    ``picture_first: false`` is for documents whose pictures follow their texts. With ``by_document`` a sample ends with
    its ``document`` message, too: OBELICS has pages that were put together of several documents.

    A text longer than ``max_characters`` has no other text beside it (noted as ``too_long``). Pieces with fewer
    pictures than ``min_images`` are left out (noted as ``left_out:min_images``). Conversations, and documents with
    regions, alternatives or choices, are left alone. Children's keys end in ``-c1``, ``-c2`` ...; ``meta`` goes to all.

    ## Drops
    - ``min_images``: no piece has so many pictures

    ## Example
        - document.split: {max_images: 8, max_characters: 6000, min_images: 1}
    """

    name = "document.split"

    max_images: Annotated[int | None, Field(gt=0, description="most pictures of a sample")] = None
    max_characters: Annotated[int | None, Field(gt=0, description="most characters of a sample's texts together")] = (
        None
    )
    min_images: Annotated[int, Field(ge=0, description="fewest pictures of a sample")] = 0
    by_document: Annotated[bool, Field(description="never put two documents into one sample")] = False
    picture_first: Annotated[bool, Field(description="pictures right before a text stay with it")] = True

    def ready(self) -> str | None:
        if self.max_images is not None and self.min_images > self.max_images:
            return f"min_images {self.min_images} is above max_images {self.max_images}"
        return None

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop | list[Sample]:
        if not _is_splittable(sample):
            return sample
        pieces = list(self._pieces(sample.messages))
        kept = [piece for piece in pieces if _images(piece) >= self.min_images]
        if not kept:
            most = max(map(_images, pieces))
            return Drop(reason="min_images", value=str(most), threshold=str(self.min_images))
        for piece in pieces:
            if _images(piece) < self.min_images:
                ctx.note("left_out:min_images")
            elif _exceeds(_characters(piece), self.max_characters):
                ctx.note("too_long")
        if len(pieces) == 1:
            return sample
        return [
            replace(_child(sample, piece), key=child_key(sample.key, number)) for number, piece in enumerate(kept, 1)
        ]

    def _pieces(self, messages: Sequence[Message]) -> Iterator[list[_Placed]]:
        piece: list[_Placed] = []
        for number, message in enumerate(messages):
            for part in message.content:
                placed = _Placed(number, part)
                if piece and self._is_full(piece, placed):
                    carried = self._carried(piece, placed)
                    yield piece[: len(piece) - carried]
                    piece = piece[len(piece) - carried :]
                piece.append(placed)
        if piece:
            yield piece

    def _is_full(self, piece: Sequence[_Placed], after: _Placed) -> bool:
        if self.by_document and after.message != piece[-1].message:
            return True
        if isinstance(after.part, ImagePart):
            return _exceeds(_images(piece) + 1, self.max_images)
        characters = _characters(piece)
        return characters > 0 and _exceeds(characters + _characters([after]), self.max_characters)

    def _carried(self, piece: Sequence[_Placed], after: _Placed) -> int:
        """How many pictures at the end of a piece go with the text after it."""
        if not (self.picture_first and isinstance(after.part, TextPart)):
            return 0
        last = takewhile(lambda one: isinstance(one.part, ImagePart) and one.message == after.message, reversed(piece))
        return sum(1 for _ in last)


class _Placed(NamedTuple):
    """A part, and the number of the message it stands in."""

    message: int
    part: Part


def _is_splittable(sample: Sample) -> bool:
    """Whether it is a document, all of whose pictures stand in it, and nothing refers to its parts by number."""
    if any((sample.alternatives, sample.choices, sample.rendered, sample.tokens)):
        return False
    if {message.role for message in sample.messages} != {"document"}:
        return False
    parts = [part for message in sample.messages for part in message.content]
    shown = {part.image for part in parts if isinstance(part, ImagePart)}
    is_whole = len(shown) == len(sample.images) and bool(parts)
    return is_whole and not any(isinstance(part, RegionPart) for part in parts)


def _exceeds(value: int, most: int | None) -> bool:
    return most is not None and value > most


def _images(piece: Iterable[_Placed]) -> int:
    return sum(isinstance(placed.part, ImagePart) for placed in piece)


def _characters(piece: Iterable[_Placed]) -> int:
    return sum(len(placed.part.text) for placed in piece if isinstance(placed.part, TextPart))


def _child(sample: Sample, piece: Sequence[_Placed]) -> Sample:
    """The sample with these parts alone, and the pictures they show with what is marked on them."""
    images = list(dict.fromkeys(placed.part.image for placed in piece if isinstance(placed.part, ImagePart)))
    places = {old: new for new, old in enumerate(images)}
    messages = []
    for number, group in groupby(piece, key=itemgetter(0)):
        parts = (placed.part for placed in group)
        content = (ImagePart(places[part.image]) if isinstance(part, ImagePart) else part for part in parts)
        messages.append(replace(sample.messages[number], content=tuple(content)))
    return replace(
        sample,
        images=tuple(sample.images[image] for image in images),
        messages=tuple(messages),
        annotations=tuple(
            replace(mark, image=places[mark.image]) for mark in sample.annotations if mark.image in places
        ),
        tags=tuple(tag for tag in sample.tags if tag != "multi-image" or len(images) > 1),
    )
