"""Inputs whose text already holds boxes, written in a declared dialect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken
from vlmdata.datasets.formats.files import NamedPictures
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.bytes import read_bytes
from vlmdata.models import dialects
from vlmdata.models.dialects import Dialect, DialectName, DialectOptions, Order, Rounding, Scale
from vlmdata.pixels.header import read_header
from vlmdata.types import Annotation, Image, Message, Part, RegionPart, Sample, TextPart

_ANY_SIZE = 1 << 62


class Declared(BaseModel):
    """A dialect with its options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: DialectName
    scale: Scale | None = None
    order: Order | None = None
    rounding: Rounding | None = None
    square: bool | None = None
    min_pixels: Annotated[int, Field(gt=0)] | None = None
    max_pixels: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if wrong := dialects.complaint(self.dialect, self.options):
            raise ValueError(wrong)
        return self

    @property
    def options(self) -> DialectOptions:
        return cast(DialectOptions, self.model_dump(exclude={"dialect"}, exclude_none=True))


def _named(value: object) -> object:
    """A dialect alone, by its name."""
    return {"dialect": value} if isinstance(value, str) else value


Boxes = Annotated[
    Declared,
    BeforeValidator(_named),
    WithJsonSchema({"anyOf": [{"enum": list(dialects.DIALECTS)}, {"type": "object"}]}),
]


class BoxedText(NamedPictures):
    """A format with conversations in which boxes may stand as text."""

    boxes: Boxes | None = Field(
        default=None,
        description="dialect of boxes in the text, or {dialect: generic, scale: 1, …}: they become regions, which "
        "follow their picture; without it they stay text",
    )

    def columns(self) -> frozenset[str]:
        return super().columns() | ({"annotations"} if self.boxes else set())

    def made(self, place: Place, album: Album, said: Spoken, meta: dict[str, Any]) -> Sample:
        """As of any row; boxes in the text as regions.

        ``BadRecord`` ``wrong_dialect``, and ``which_picture`` where a text with boxes has other than one picture.
        """
        sample = super().made(place, album, said, meta)
        if self.dialect is None or not any(dialects.may_hold(self.dialect, text) for text in sample.texts()):
            return sample
        return with_regions(sample, self.dialect)

    @cached_property
    def dialect(self) -> Dialect | None:
        return dialects.dialect_of(self.boxes.dialect, **self.boxes.options) if self.boxes else None


def with_regions(sample: Sample, dialect: Dialect) -> Sample:
    """Boxes in the messages as regions, their places as annotations ``r1``, ``r2`` …; the picture's bytes come along.

    A text without pictures stays as it is; so does one whose picture is damaged: its sample is dropped where pictures
    are checked. ``BadRecord``: ``boxed_alternative``, those of ``BoxedText.made``, and what reading the file raises.
    """
    if not sample.images:
        return sample
    if any(dialects.may_hold(dialect, alternative.text) for alternative in sample.alternatives):
        raise BadRecord("boxed_alternative", "boxes in one of several captions, which cannot follow the picture")
    if len(sample.images) > 1 or sample.images[0].is_clip:
        raise BadRecord("which_picture", f"boxes in the text, which is about {len(sample.images)} pictures or a clip")
    image = _loaded(sample.images[0])
    try:
        frame = read_header(image.data or b"", _ANY_SIZE).size
    except BadRecord:
        return sample
    marks: dict[dialects.Place, Annotation] = {}

    def parts(content: Sequence[Part]) -> Iterator[Part]:
        for part in content:
            if not isinstance(part, TextPart):
                yield part
                continue
            for piece in dialects.read(dialect, part.text, frame):
                yield (
                    TextPart(piece)
                    if isinstance(piece, str)
                    else RegionPart(tuple(_spoken_of(one, marks) for one in piece))
                )

    messages = tuple(Message(message.role, tuple(parts(message.content))) for message in sample.messages)
    return replace(sample, images=(image,), messages=messages, annotations=tuple(marks.values()))


def _spoken_of(place: dialects.Place, marks: dict[dialects.Place, Annotation]) -> str:
    """The id of a place; one that is spoken of again keeps it."""
    if place not in marks:
        marks[place] = Annotation(
            id=f"r{len(marks) + 1}", label=place.label, box=place.box, point=place.point, source="published"
        )
    return marks[place].id


def _loaded(image: Image) -> Image:
    if image.data is not None or image.uri is None:
        return image
    return replace(image, data=read_bytes(image.uri, image.source or image.uri))


def check_declared(dialect: Dialect, rows: Iterable[Iterable[str]], path: str) -> None:
    """Refuse an input of whose ``rows``, by their texts, none holds the declared dialect and some hold another.

    One in which no boxes are seen is taken: they may be rare, and nothing is lost. Raises ``InputError``.
    """
    seen = 0
    others: Counter[str] = Counter()
    example = ""
    for texts in rows:
        seen += 1
        for text in texts:
            if re.search(dialect.trace, text):
                return
            if names := dialects.recognised(text):
                others.update(names)
                example = example or text
    if others and max(others.values()) >= seen / 100:
        raise InputError(
            f"{path}: boxes: {dialect.name} does not fit: of {seen} rows that were looked at none holds such a box, "
            f"but some hold those of {', '.join(others)}, such as {example[:80]!r}"
        )
