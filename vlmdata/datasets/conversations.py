"""What data sets of conversations share: LLaVA's turns, boxes that stand in them as text, pairs without markers."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from vlmdata.datasets.boxed import with_regions
from vlmdata.datasets.dialogue import Album, messages_of, pairs
from vlmdata.datasets.fields import Spoken, meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Row
from vlmdata.errors import BadRecord
from vlmdata.models.dialects import DIALECTS, Dialect, dialect_of, may_hold
from vlmdata.types import Image, Message, Sample

Frame = Literal["square", "picture", "text"]
"""What boxes from 0 to 1 are relative to: the picture padded to a square, or itself; ``text``: they stay text."""

_DIALECTS: Mapping[str, Dialect] = {"square": DIALECTS["llava"], "picture": dialect_of("generic", scale=1)}
_STRAY = re.compile(r"^(?:<image>\n?)+|(?:\n?<image>)+$")


class Conversations(Published):
    """Rows ``{image, conversations: [{from, value}]}`` as LLaVA has them; ``<image>`` says where pictures belong.

    Source of the form: haotian-liu/LLaVA, ``docs/Finetune_Custom_Data.md``.
    """

    needs: ClassVar[tuple[str, ...]] = ("conversations",)

    @abstractmethod
    def pictures(self, row: Row) -> Sequence[Image]:
        """The pictures of a row. ``BadRecord`` where one cannot be had."""

    def frame(self, row: Row) -> Frame:
        """How boxes in the texts of a row are meant."""
        return "text"

    def tags_of(self, row: Row) -> Sequence[str]:
        """What a row is about, beyond ``marks``."""
        return ()

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album(self.pictures(row))
        folder = PictureFolder(self.repository.root, self.repository.id)
        said = messages_of(row["conversations"], album, folder)
        meta = meta_of(row, ("image", "conversations"))
        tags = tuple(self.tags_of(row)) if album.images else ("text",)
        sample = self.made(place, album, Spoken(messages=said, tags=tags), meta)
        # What has no picture is what users said to a chat model, in many languages.
        return boxed(sample, self.frame(row)) if sample.images else replace(sample, language=None)


def boxed(sample: Sample, frame: Frame) -> Sample:
    """Boxes in LLaVA's brackets as regions, unless they stay text; a sample that holds any is tagged ``grounding``.

    Raises ``BadRecord`` as ``with_regions``.
    """
    if not any(may_hold(DIALECTS["llava"], text) for text in sample.texts()):
        return sample
    tagged = replace(sample, tags=tuple(dict.fromkeys((*sample.tags, "grounding"))))
    return tagged if frame == "text" else with_regions(tagged, _DIALECTS[frame])


def answered(texts: object, album: Album) -> tuple[tuple[Message, ...], list[int]]:
    """Messages of ``[{user, assistant}]``, and the numbers of turns that were left out: those without an answer.

    All pictures go before the first question. Markers ``<image>`` at the ends of a question, which this form does
    not have, are taken away. ``BadRecord``: ``bad_field``, ``missing_text`` where no turn has an answer.
    """
    if not isinstance(texts, list) or not all(isinstance(turn, Mapping) for turn in texts):
        raise BadRecord("bad_field", "'texts' is a list of turns {user, assistant}")
    turns, left_out = [], []
    for number, turn in enumerate(texts):
        question, answer = turn.get("user"), turn.get("assistant")
        if isinstance(answer, str) and not answer.strip():
            left_out.append(number)
        else:
            plain = without_markers(question) if isinstance(question, str) else question
            turns.append({"user": plain, "assistant": answer})
    if not turns:
        raise BadRecord("missing_text", f"none of {len(texts)} turns has an answer")
    return pairs(turns, album), left_out


def without_markers(text: str) -> str:
    """A text without the ``<image>`` markers at its beginning and end, where pictures are not placed by markers."""
    return _STRAY.sub("", text)
