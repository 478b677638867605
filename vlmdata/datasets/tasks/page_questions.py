"""Questions about pages with words on them, as the Robust Reading Competition publishes them and as copies do."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, ClassVar, Self

from pydantic import model_validator

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import meta_of, metas_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.release.part import ByHand
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, strings
from vlmdata.errors import InputError
from vlmdata.io.bytes import bytes_of
from vlmdata.pixels.header import read_header
from vlmdata.types import Annotation, Image, Sample, Size

OFFICIAL = "official"
OCR = "ocr"


class PageQuestions(Published):
    """What DocVQA and InfographicVQA share: Parquet with a question a row, official files with a page's together.

    Class variables:
        official: names of the official JSON files by split.
        folders: where the official pictures lie below ``--files``.
        page: the field of an official row that names its picture.
        words: field of words read on the page, and what makes annotations of it; read in config ``ocr``.
    """

    fills: ClassVar[frozenset[str]] = frozenset({"alternatives", "annotations"})
    official: ClassVar[dict[str, str]]
    folders: ClassVar[tuple[str, ...]]
    page: ClassVar[str]
    words: ClassVar[tuple[str, Callable[[object, Size], list[Annotation]]]]

    @model_validator(mode="after")
    def _files_are_official(self) -> Self:
        if self.files is not None and self.config != OFFICIAL:
            raise ValueError("files: only config official reads files got by hand; set config: official")
        return self

    @property
    @abstractmethod
    def patterns(self) -> tuple[str, ...]:
        """Names of the Parquet files of the split, as ``matching`` takes them."""

    @abstractmethod
    def page_id(self, row: Row) -> str | None:
        """The identity of the page of a row, the same in all configurations."""

    def columns(self) -> frozenset[str]:
        return self.fills if self.config == OCR else self.fills - {"annotations"}

    @property
    def needed(self) -> tuple[str, ...]:
        if self.config == OFFICIAL:
            return ("questions",)
        answered = ("answers",) if self.split != "test" else ()
        return ("image", "question", *answered, *([self.words[0]] if self.config == OCR else []))

    @cached_property
    def table(self) -> Columnar | Gathered:
        if self.config == OFFICIAL:
            part = ByHand(self.official[self.split], self.entry.by_hand or "")
            return Gathered((Side("questions", part, self.page, ("data",)),), self.folder)
        return Columnar.on_hub(self.repository, self.matching(*self.patterns), self.limit)

    @cached_property
    def store(self) -> Unpacked:
        if self.folder is None:
            raise InputError(f"{self.dataset}: config official reads files got by hand: {self.entry.by_hand}")
        return Unpacked(self.folder, self.folders)

    def sample(self, row: Row, place: Place) -> Sample:
        asked: Sequence[Row] = row["questions"] if self.config == OFFICIAL else [row]
        image = self._image(asked[0])
        album = Album([image])
        talk = Talk(album.rest())
        for one in asked:
            _turns(talk, one)
        used = {"image", "question", "answers", self.page, self.words[0]}
        meta = metas_of(asked, used) if self.config == OFFICIAL else meta_of(row, used)
        sample = self.made(place, album, talk.spoken(), meta)
        return replace(sample, annotations=self._words(row, image)) if self.config == OCR else sample

    def _image(self, row: Row) -> Image:
        if self.config == OFFICIAL:
            image = self.picture(self.store, PurePosixPath(string(row, self.page)).name)
        else:
            image = PictureFolder(self.repository.root, self.repository.id).image(row["image"])
        return replace(image, id=self.page_id(row))

    def _words(self, row: Row, image: Image) -> tuple[Annotation, ...]:
        name, read = self.words
        return tuple(read(row[name], read_header(bytes_of(image)).size))


def _turns(talk: Talk, row: dict[str, Any]) -> None:
    """A question, and the answer that most of its answers give (ties: the first); none in test splits."""
    talk.ask(string(row, "question"))
    if answers := strings(row, "answers"):
        said = Counter(answers).most_common(1)[0][0]
        talk.answer(said, [(answer, 1.0) for answer in answers] if len(answers) > 1 else ())
