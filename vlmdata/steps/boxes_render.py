"""Places of the conversation as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Self, cast

from pydantic import Field

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.dialects import (
    DIALECTS,
    Dialect,
    DialectName,
    DialectOptions,
    Order,
    Rounding,
    Scale,
    complaint,
    dialect_of,
)
from vlmdata.models.presets import Preset
from vlmdata.steps.base import Context, Step
from vlmdata.types import Annotation, Drop, Message, Part, RegionPart, Sample, Size, TextPart


class RenderBoxes(Step):
    """Write regions of the conversation as text, in the dialect of a model.

    ## Why
    Text about places stays structured until the last moment, so that boxes follow the picture. Here they become
    words, rounded for the first and only time, each relative to its own picture as it is now. ``dialect`` is the
    recipe's ``model`` where it is left out. A few dialects have options:

    - ``generic`` writes ``[20, 63, 625, 703]``: ``scale``, ``order`` and ``rounding`` as you like;
    - ``qwen2.5-vl`` writes pixels of the resized picture: give the bounds ``min_pixels`` and ``max_pixels`` of your
      processor, or boxes will be off;
    - ``all-seeing`` is relative to the padded square, or to the picture with ``square: false``;
    - ``point-label`` has x first, or y with ``order: yxyx``.

    ``llava``, ``ferret``, ``glm-v``, ``shikra``, ``ofa``, ``lrv`` and ``generic`` have no room for labels: those are
    left out. ``molmo`` and ``point-label`` write points only.

    ## Drops
    - ``unknown_region``: a region names an annotation that is not there; the value is its id
    - ``no_box``, ``no_point``, ``no_place``, ``no_label``: a region's annotation lacks what the dialect writes
    - ``unwritable_label``: read back it would be another label, as one with ``;`` is to PaliGemma
    - ``unwritable_box``: ``kosmos-2`` cannot write one that is empty or leaves its picture
    - ``too_thin``: ``qwen2.5-vl`` does not take pictures of such an aspect

    ## Example
        - boxes.render: {dialect: qwen3-vl}
    """

    name = "boxes.render"
    fixes_geometry = True

    dialect: DialectName | None = None
    scale: Annotated[Scale | None, Field(description="generic: number at the far edge (1000)")] = None
    order: Annotated[Order | None, Field(description="generic, point-label: of the numbers (xyxy)")] = None
    rounding: Annotated[Rounding | None, Field(description="generic (round, half to even)")] = None
    square: Annotated[bool | None, Field(description="all-seeing: relative to the padded square (true)")] = None
    min_pixels: Annotated[int | None, Field(gt=0, description="qwen2.5-vl: of the processor (3136)")] = None
    max_pixels: Annotated[int | None, Field(gt=0, description="qwen2.5-vl: of the processor (12845056)")] = None

    def with_model(self, preset: Preset) -> Self:
        return self if self.dialect else self.model_copy(update={"dialect": preset.dialect})

    def ready(self) -> str | None:
        if self.dialect is None:
            return f"no dialect: give one of {', '.join(DIALECTS)}, or a model of the recipe that has one"
        return complaint(self.dialect, self._options())

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        frames = tuple(image.size for image in sample.images)
        marks = {mark.id: mark for mark in sample.annotations if 0 <= mark.image < len(frames)}
        if unknown := sorted(sample.spoken_of - marks.keys()):
            return Drop(reason="unknown_region", value=unknown[0])
        try:
            messages = tuple(_written(message, self._chosen, marks, frames) for message in sample.messages)
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail)
        return replace(sample, messages=messages)

    @cached_property
    def _chosen(self) -> Dialect:
        if self.dialect is None or self.ready():
            raise UsageError(f"{self.name}: {self.ready()}")
        return dialect_of(self.dialect, **self._options())

    def _options(self) -> DialectOptions:
        return cast(DialectOptions, self.model_dump(exclude={"dialect"}, exclude_none=True))


def _written(message: Message, dialect: Dialect, marks: Mapping[str, Annotation], frames: Sequence[Size]) -> Message:
    if not any(isinstance(part, RegionPart) for part in message.content):
        return message
    parts = (
        TextPart(dialect.render([marks[name] for name in part.annotations], frames))
        if isinstance(part, RegionPart)
        else part
        for part in message.content
    )
    return replace(message, content=tuple(_joined(parts)))


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbouring texts as one."""
    text = ""
    for part in parts:
        if isinstance(part, TextPart):
            text += part.text
            continue
        if text:
            yield TextPart(text)
        text = ""
        yield part
    if text:
        yield TextPart(text)
