"""The one thing that flows, and what becomes of it when it stops flowing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from vlmdata.types.annotation import Annotation
from vlmdata.types.conversation import Alternative, Choices, Message, RegionPart
from vlmdata.types.image import Image
from vlmdata.types.pixel_edit import PixelEdit
from vlmdata.types.sequence import Rendered, Tokens
from vlmdata.types.transform import Transform

SampleRole = Literal["train", "eval"]
Commercial = Literal["yes", "no", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """Terms of one sample: of its annotations, of its images, and of the model that wrote synthetic text."""

    annotations: str | None = None
    images: str | None = None
    commercial: Commercial = "unclear"
    generator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a sample came from. ``source`` is ``file#row``; error messages end with it."""

    dataset: str
    source: str
    config: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One image set with its conversation: what every step takes and gives.

    ``key`` matches ``[a-z0-9_-]``, at most 120 characters, unique in a run and stable over reruns. Images are
    never taken out of a sample: the sample is dropped; a document alone goes on without those that servers do not
    have. ``meta`` holds what the source had beyond the schema, by its own names; it must be JSON. ``rendered`` and
    ``tokens`` are of the messages as they are: what changes messages after that has to make them anew.
    """

    key: str
    origin: Origin
    images: tuple[Image, ...] = ()
    messages: tuple[Message, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    choices: tuple[Choices, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    license: License = License()
    role: SampleRole = "train"
    meta: Mapping[str, object] = field(default_factory=dict)
    rendered: Rendered | None = None
    tokens: Tokens | None = None

    @property
    def spoken_of(self) -> frozenset[str]:
        """Ids of the annotations that regions of the conversation refer to."""
        parts = (part for message in self.messages for part in message.content)
        return frozenset(name for part in parts if isinstance(part, RegionPart) for name in part.annotations)

    def texts(self) -> Iterator[str]:
        """Every text a reader of this sample meets: messages, alternatives, options, words of annotations."""
        yield from (message.text for message in self.messages)
        yield from (alternative.text for alternative in self.alternatives)
        yield from (option for choices in self.choices for option in choices.options)
        for annotation in self.annotations:
            yield from (words for words in (annotation.label, annotation.text) if words)

    def transformed(self, transform: Transform, image: int) -> Sample:
        """With image number ``image`` and all that is marked on it moved together.

        This is the only way a step changes geometry. Boxes are not clamped here, so that the move stays exact
        and can be undone; ``clean.boxes`` clamps. ``ValueError`` where the transform does not fit the frame.
        """
        before = self.images[image].size
        moved = self.images[image].transformed(transform)
        return replace(
            self,
            images=(*self.images[:image], moved, *self.images[image + 1 :]),
            annotations=tuple(
                mark.transformed(transform, before) if mark.image == image else mark for mark in self.annotations
            ),
        )

    def edited(self, edit: PixelEdit, image: int) -> Sample:
        """With the values of image number ``image`` changed. ``ValueError`` after a layout."""
        images = (*self.images[:image], self.images[image].transformed(edit), *self.images[image + 1 :])
        return replace(self, images=images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Why a step does not keep a sample. A value, not an exception: filters are not errors.

    ``reason`` is a short stable name; ``value`` and ``threshold`` say what was found and what was asked, as text.
    """

    reason: str
    value: str | None = None
    threshold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A record of ``dropped/``: what was dropped, at which step, why. ``sample`` is None where none was read."""

    key: str
    step: str
    drop: Drop
    source: str
    sample: Sample | None = None
