"""Rows of a picture, a question and an answer."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string
from vlmdata.types import Sample


class Triplets(Published):
    """Parquet on the Hub with the columns ``image``, ``question`` and ``answer``; a row is a sample."""

    needs: ClassVar[tuple[str, ...]] = ("image", "question", "answer")

    @cached_property
    def table(self) -> Columnar:
        return Columnar.on_hub(self.repository, self.matching(f"data/{self.split}-*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([PictureFolder(self.repository.root, self.repository.id).image(row["image"])])
        talk = Talk(album.rest())
        talk.ask(string(row, "question"))
        talk.answer(string(row, "answer"))
        return self.made(place, album, talk.spoken(), meta_of(row, self.needs))
