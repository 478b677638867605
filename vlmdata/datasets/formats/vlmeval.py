"""The TSV files of VLMEvalKit, got by hand or made for it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from vlmdata.datasets.choice import answers, posed
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken, meta_of
from vlmdata.datasets.formats.files import NamedPictures
from vlmdata.datasets.pictures import identity
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Record, Row
from vlmdata.datasets.tables.vlmeval import HOLDER, PICTURES, EvalRows
from vlmdata.datasets.talk import LETTERS
from vlmdata.datasets.values import optional, string
from vlmdata.errors import BadRecord, InputError
from vlmdata.types import Image, Partition, Sample, SampleRole

USED = (PICTURES, HOLDER, "question", "hint", "answer", "image_path", *LETTERS)


class VlmEval(NamedPictures):
    """A benchmark as VLMEvalKit keeps it: a TSV with question, options A, B, C …, answer, and pictures as base64.

    A sample is a row. ``image`` is a picture, a list of them, or the ``index`` of the row that has it; where there is
    none, ``image_path`` names files. The hint stands above the question, the options below it; pictures stand where
    the text says ``<image 1>``. Rows without an answer end with the question. It is evaluation data, whatever it
    holds. Source of the form: open-compass/VLMEvalKit, ``vlmeval/dataset/image_base.py``, ``docs/en/Development.md``.
    """

    format: Literal["vlmeval"] = "vlmeval"
    split: str = Field(default="test", pattern=r"^[a-z0-9_]+$", description="split its rows are written to")

    fills = frozenset({"choices", "alternatives"})
    suffixes = (".tsv",)

    @property
    def role(self) -> SampleRole:
        return "eval"

    def partitions(self) -> Sequence[Partition]:
        found = super().partitions()
        for partition in found:
            names = self._file(partition.file).names
            if "question" not in names:
                raise InputError(
                    f"{self.file(partition.file)} is not of format vlmeval: it has no column 'question', only "
                    f"{', '.join(names)[:200]}"
                )
        return found

    def rows(self, name: str) -> int:
        return self._file(name).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        return self._file(name).between(start, stop)

    def sample_of(self, record: Record, place: Place) -> Sample:
        if isinstance(record, BadRecord):
            raise record
        images = shown(record, self.title) or self._named(record, place)
        if not images:
            raise BadRecord("missing_image", "neither 'image' nor 'image_path' has anything")
        album = Album(images)
        return self.made(place, album, said(record, album), meta_of(record, USED))

    def _named(self, row: Row, place: Place) -> list[Image]:
        folder = self.folder(place.file)
        path = optional(row, "image_path")
        return [folder.image(name) for name in answers(path)] if path else []

    def _file(self, name: str) -> EvalRows:
        return EvalRows(self.file(name), self.digest_of(name))


def said(row: Row, album: Album) -> Spoken:
    """What a row says. ``BadRecord`` as ``choice.posed``, and ``missing_text``."""
    options = {letter: text for letter in LETTERS if (text := optional(row, letter))}
    return posed(album, string(row, "question"), options, optional(row, "answer"), optional(row, "hint"))


def shown(row: Row, family: str) -> list[Image]:
    """The pictures in a row, called ``FAMILY:INDEX`` after the row that holds them. ``BadRecord`` ``bad_image``."""
    texts: list[str] = row[PICTURES]
    holder = row[HOLDER]
    path = optional(row, "image_path")
    names = answers(path) if path else []
    images = []
    for number, text in enumerate(texts):
        own = f"{family}:{holder}" + (f"-{number + 1}" if len(texts) > 1 else "") if holder else None
        name = names[number] if len(names) == len(texts) else None
        images.append(Image(data=_decoded(text), source=name, id=identity(name) or own))
    return images


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.rpartition(",")[2])  # what comes before is the head of a data URL
    except (binascii.Error, ValueError) as error:
        raise BadRecord("bad_image", f"'image' holds no base64: {text[:40]!r} ({error})") from error
