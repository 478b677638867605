"""Questions about COCO's pictures in one JSON file, their answers in another, as VQA publishes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from vlmdata.datasets.coco.based import CocoBased
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Terms
from vlmdata.datasets.fields import metas_of
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, whole
from vlmdata.types import Sample

COCO_PHOTOS = Terms(
    name="COCO (Flickr, per picture)", commercial="unclear", conditions="each picture keeps its Flickr licence"
)

_CONFIDENCE = {"yes": 1.0, "maybe": 0.5, "no": 0.1}


class CocoQuestions(CocoBased):
    """A sample is a picture with all its questions. Subclasses say where they are and which answer is given.

    Class variables:
        said: fields of an answer that every one has; what else there is of question and answer goes to ``meta``.
    """

    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("questions",)
    marks: ClassVar[tuple[str, ...]] = ("vqa",)
    said: ClassVar[tuple[str, ...]] = ("answers",)

    @abstractmethod
    def whole_parts(self) -> Sequence[Part]:
        """The file of questions, and that of answers where there is one."""

    @abstractmethod
    def answer(self, said: Row) -> str:
        """The answer that is given. ``BadRecord`` where there is none."""

    @abstractmethod
    def given(self, said: Row) -> list[tuple[str, float]]:
        """All answers with their weights."""

    @cached_property
    def table(self) -> Gathered:
        asked, *said = self.whole_parts()
        questions = Side("questions", asked, "image_id", ("questions",), needs=("question", "question_id"))
        answers = (
            Side("answers", one, "image_id", ("annotations",), needs=("question_id", *self.said)) for one in said
        )
        return Gathered((questions, *answers), self.folder)

    def pictured(self, row: Row) -> tuple[str, int]:
        return self.subsets[0], whole(row["questions"][0], "image_id")

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self.shown(row)])
        answers = {one.get("question_id"): one for one in row.get("answers", ())}
        turns = [(asked, answers.get(asked.get("question_id"), {})) for asked in row["questions"]]
        talk = Talk(album.rest())
        for asked, said in turns:
            talk.ask(string(asked, "question"))
            if said:
                talk.answer(self.answer(said), self.given(said))
        meta = metas_of([{**asked, **said} for asked, said in turns], ("image_id", "question", *self.said))
        return self.made(place, album, talk.spoken(), meta)


def weighted(said: Row, name: str = "answer") -> list[tuple[str, float]]:
    """The answers of several people in the order given, weighted by how sure they were: yes 1, maybe 0.5, no 0.1."""
    given = said.get("answers")
    return [
        (text.strip(), _CONFIDENCE.get(str(one.get("answer_confidence")), 1.0))
        for one in (given if isinstance(given, list) else ())
        if isinstance(one, dict) and isinstance(text := one.get(name), str) and text.strip()
    ]
