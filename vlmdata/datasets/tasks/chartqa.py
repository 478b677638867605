"""ChartQA: questions about charts."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, strings
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_MADE_BY = ("human", "machine")
_FILES = {"train": "train", "validation": "val", "test": "test"}


class ChartQa(Published):
    """Questions about bar, line and pie charts, written by people and by a model, with one answer each.

    A sample is one question; ``group`` puts those of one chart together. ``meta.human_or_machine`` says who wrote it.
    """

    entry: ClassVar[Entry] = Entry(
        title="ChartQA",
        homepage="https://github.com/vis-nlp/ChartQA",
        paper="https://arxiv.org/abs/2203.10244",
        citation="Masry et al. 2022",
        phase="task",
        tasks=("vqa", "chart", "reasoning"),
        splits=(
            Split(name="train", rows=28_299),
            Split(name="validation", rows=1_920),
            Split(name="test", rows=2_500, role="eval"),
        ),
        annotations=Terms(name="GPL-3.0", commercial="unclear", conditions="a licence for programs, given to data"),
        images=Terms(name="GPL-3.0", commercial="unclear", conditions="charts of Statista, Pew, OWID and OECD"),
        repos=("HuggingFaceM4/ChartQA", "lmms-lab/ChartQA", "lmms-lab-encoder/ChartQA", "ahmed-masry/ChartQA"),
        problems=(
            Problem(what="the answer is a list on the Hub", treatment="its first text is the answer"),
            Problem(what="some charts are palette or transparent PNG", treatment="converted by the pixel policy"),
        ),
    )
    repo: ClassVar[str | None] = "HuggingFaceM4/ChartQA"
    needs: ClassVar[tuple[str, ...]] = ("image", "query", "label")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "chart")

    dataset: Literal["chartqa"] = "chartqa"

    @cached_property
    def table(self) -> Columnar:
        found = self.matching(f"data/{_FILES[self.split]}-*.parquet")
        return Columnar.on_hub(self.repository, found, self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self.embedded(row["image"])])
        answers = strings(row, "label")
        if not answers:
            raise BadRecord("missing_text", "'label' is empty")
        talk = Talk(album.rest())
        talk.ask(string(row, "query"))
        talk.answer(answers[0])
        meta = meta_of(row, self.needs)
        if row.get("human_or_machine") in (0, 1):
            meta["human_or_machine"] = _MADE_BY[row["human_or_machine"]]
        return self.made(place, album, talk.spoken(), meta)
