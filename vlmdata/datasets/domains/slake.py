"""SLAKE: questions about radiographs, CT and MR pictures in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import metas_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import OnHub
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, whole
from vlmdata.errors import BadRecord
from vlmdata.types import Image, Sample

_SPARSE = 100
"""Up to so many of the 642 pictures ranges of the zip are read."""

_SAID = ("question", "answer", "img_id", "img_name", "q_lang")


class Slake(Published):
    """Questions of physicians about organs and diseases in radiographs, CT and MR pictures, in two languages.

    A sample is a picture with all its questions in one language: config ``en`` or ``zh``. What each question is about
    stands in ``meta``, a list for each name. Sides of the body matter: the tag ``medical`` keeps pictures from being
    mirrored.
    """

    entry: ClassVar[Entry] = Entry(
        title="SLAKE",
        homepage="https://www.med-vqa.com/slake",
        paper="https://arxiv.org/abs/2102.09542",
        citation="Liu et al. 2021",
        phase="task",
        tasks=("vqa", "medical"),
        configs=(("en", "questions in English"), ("zh", "questions in Chinese")),
        splits=(
            Split(name="train", rows=450, note="pictures; 4,919 questions in English"),
            Split(name="validation", rows=96, note="pictures; 1,053 questions in English"),
            Split(name="test", rows=96, role="eval", note="pictures; 1,061 questions in English"),
        ),
        languages=("en", "zh"),
        annotations=Terms(name="CC-BY-4.0", commercial="yes", conditions="attribution"),
        images=Terms(name="CC-BY-4.0", commercial="yes", conditions="attribution; from three open collections"),
        repos=("BoKelvin/SLAKE",),
        problems=(
            Problem(
                what="answer_type and q_lang are written in small and capital letters",
                treatment="languages are compared without regard to that; answer_type in meta is OPEN or CLOSED",
            ),
            Problem(
                what="detection.json and mask.png lie beside each picture, in a form that is nowhere described",
                treatment="not read: a box of a guessed form is worse than none",
            ),
        ),
    )
    repo: ClassVar[str | None] = "BoKelvin/SLAKE"
    needs: ClassVar[tuple[str, ...]] = ("questions",)
    marks: ClassVar[tuple[str, ...]] = ("vqa", "medical")

    dataset: Literal["slake"] = "slake"

    @property
    def language(self) -> str:
        return self.config or "en"

    @cached_property
    def questions(self) -> OnHub:
        return self.on_hub(f"{self.split}.json")

    @cached_property
    def table(self) -> Gathered:
        written = (self.language, self.language.upper(), self.language.title())
        asked = Side("questions", self.questions, "img_id", needs=("img_name", "q_lang"), only=("q_lang", *written))
        return Gathered((asked,), self.folder)

    def whole_parts(self) -> Sequence[OnHub]:
        return (self.questions,)

    @cached_property
    def store(self) -> Archived:
        sparse = self.limit is not None and self.limit <= _SPARSE
        return Archived(self.on_hub("imgs.zip"), self.folder, sparse=sparse)

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        name = row["questions"][0].get("img_name")
        return [(self.store, one) for one in _places(name)] if isinstance(name, str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        asked = row["questions"]
        album = Album([self._image(asked[0])])
        talk = Talk(album.rest())
        for one in asked:
            talk.ask(string(one, "question"))
            talk.answer(string(one, "answer"))
        meta = metas_of(asked, _SAID)
        if "answer_type" in meta:
            meta["answer_type"] = [str(kind).upper() for kind in meta["answer_type"]]
        return replace(self.made(place, album, talk.spoken(), meta), language=self.language)

    def _image(self, row: dict[str, Any]) -> Image:
        first, other = _places(string(row, "img_name"))
        try:
            image = self.picture(self.store, first)
        except BadRecord as bad:
            if bad.reason != "missing_file":
                raise
            image = self.picture(self.store, other)
        return replace(image, id=f"slake:{whole(row, 'img_id')}")


def _places(name: str) -> tuple[str, str]:
    """Where a picture may be in the zip, or in the folder it was unpacked to."""
    return f"imgs/{name}", name
