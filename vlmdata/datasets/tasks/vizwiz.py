"""VizWiz-VQA: what blind people ask about photos they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from vlmdata.datasets.coco.pictures import SPARSE
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk, most_frequent
from vlmdata.datasets.tasks.coco_questions import weighted
from vlmdata.datasets.values import string
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_AT = "https://vizwiz.cs.colorado.edu/VizWiz_final"
_SHORT = {"train": "train", "validation": "val", "test": "test"}


class VizWiz(Published):
    """Photos that blind people took with their phones and what they asked about them, with ten people's answers each.

    A sample is one photo with its question. The answer is the most frequent one, often ``unanswerable``; all stand in
    ``alternatives``, weighted by confidence (yes 1, maybe 0.5, no 0.1). ``meta.answerable`` is 0 or 1. The test split
    has no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="VizWiz-VQA",
        homepage="https://vizwiz.org/tasks-and-datasets/vqa/",
        paper="https://arxiv.org/abs/1802.08218",
        citation="Gurari et al. 2018",
        phase="task",
        tasks=("vqa",),
        splits=(
            Split(name="train", rows=20_523),
            Split(name="validation", rows=4_319, role="eval", note="a benchmark of the field"),
            Split(name="test", rows=8_000, role="eval", note="without answers"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=Terms(name="CC-BY-4.0", commercial="yes"),
        revision="final",
        repos=("lmms-lab/VizWiz-VQA", "lmms-lab-encoder/VizWiz-VQA"),
        problems=(
            Problem(what="some answers of train are empty", treatment="left out; a question with none is dropped"),
            Problem(
                what="`unanswerable` is by far the most frequent answer",
                treatment="kept; drop by meta (answerable, answer_type) with filter.expr, or cap it with balance",
            ),
            Problem(
                what="photos are blurred, badly lit, or lie on their side",
                treatment="kept; EXIF orientation is counted in, other rotation is not known",
            ),
            Problem(what="questions are transcribed speech, with greetings and remarks", treatment="kept as they are"),
            Problem(what="copies on the Hub have no train split", treatment="the official files are read"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("image", "question")
    marks: ClassVar[tuple[str, ...]] = ("vqa",)

    dataset: Literal["vizwiz"] = "vizwiz"

    @property
    def needed(self) -> tuple[str, ...]:
        return self.needs if self.split == "test" else (*self.needs, "answers")

    @cached_property
    def table(self) -> JsonTable:
        return JsonTable(tuple(self.whole_parts()), files=self.folder)

    def whole_parts(self) -> Sequence[Part]:
        return [Web(f"{_AT}/vqa_data/Annotations.zip", f"Annotations/{_SHORT[self.split]}.json")]

    @cached_property
    def photos(self) -> Archived:
        sparse = self.limit is not None and self.limit <= SPARSE
        return Archived(Web(f"{_AT}/images/{_SHORT[self.split]}.zip"), self.folder, sparse=sparse)

    def stores(self) -> Sequence[Store]:
        return (self.photos,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.photos, self._path(row["image"]))] if isinstance(row["image"], str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        name = string(row, "image")
        photo = replace(self.picture(self.photos, self._path(name)), id=f"vizwiz:{PurePosixPath(name).stem}")
        album = Album([photo])
        talk = Talk(album.rest())
        talk.ask(string(row, "question"))
        if "answers" in row:
            given = weighted(row)
            answer = most_frequent(text for text, _ in given)
            if answer is None:
                raise BadRecord("missing_text", "all 'answers' are empty")
            talk.answer(answer, given)
        return self.made(place, album, talk.spoken(), meta_of(row, ("question", "answers")))

    def _path(self, name: str) -> str:
        return f"{_SHORT[self.split]}/{name}"
