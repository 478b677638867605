"""Interleaved documents in the making."""

from __future__ import annotations

from dataclasses import dataclass, field

from vlmdata.datasets.fields import Spoken
from vlmdata.errors import BadRecord
from vlmdata.types import Image, ImagePart, Message, Part, TextPart


@dataclass(slots=True)
class Page:
    """Pictures and texts in their order: one document, or several of them one after another.

    What is no address stays in its place: whoever fetches it drops that picture and not the document.
    """

    images: list[Image] = field(default_factory=list)
    _documents: list[list[Part]] = field(default_factory=lambda: [[]])

    def show(self, *urls: str) -> None:
        """Pictures."""
        for url in urls:
            self._documents[-1].append(ImagePart(len(self.images)))
            self.images.append(Image(uri=url, source=url))

    def say(self, *texts: str) -> None:
        """Texts, each but the first in a document of its own; blank ones are none."""
        for number, text in enumerate(texts):
            if number:
                self._documents.append([])
            if text.strip():
                self._documents[-1].append(TextPart(text))

    def go_on(self, sentence: str) -> None:
        """A sentence that goes on from the one before it, where no picture stands between them."""
        parts = self._documents[-1]
        if parts and isinstance(parts[-1], TextPart):
            parts[-1] = TextPart(f"{parts[-1].text} {sentence}")
        else:
            self.say(sentence)

    def spoken(self) -> Spoken:
        """A ``document`` message for each. ``BadRecord``: ``missing_image``, ``missing_text``."""
        if not self.images:
            raise BadRecord("missing_image", "a document without pictures")
        if not any(isinstance(part, TextPart) for parts in self._documents for part in parts):
            raise BadRecord("missing_text", "a document without text")
        messages = (Message("document", tuple(parts)) for parts in self._documents if parts)
        return Spoken(messages=tuple(messages), tags=("interleaved",))
