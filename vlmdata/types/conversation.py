"""Messages made of parts: text, images, and regions that stay structured until they are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant", "document"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant", "document")


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """The place of image number ``image`` of the sample (a clip, before it is frames, too)."""

    image: int


@dataclass(frozen=True, slots=True)
class RegionPart:
    """One or more annotations spoken of at this place, by id."""

    annotations: tuple[str, ...]


Part = TextPart | ImagePart | RegionPart


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. ``document`` is interleaved pretraining text: no speaker."""

    role: Role
    content: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Its text parts joined, without images and regions."""
        return "".join(part.text for part in self.content if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text for message number ``message``: one of five captions, one of ten answers."""

    message: int
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a multiple-choice question in message number ``message``; ``answer`` counts from 0."""

    message: int
    options: tuple[str, ...]
    answer: int | None = None
