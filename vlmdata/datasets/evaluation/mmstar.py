"""MMStar: questions that cannot be answered without the picture."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.choice import numbered
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import LETTERS, Talk
from vlmdata.datasets.values import string
from vlmdata.types import Choices, Sample

_OPTION = re.compile(r"(?:^|, |\n)([A-Z]): ")


class MmStar(Published):
    """Multiple-choice questions picked so that they need the picture and were not seen in training.

    A sample is one question. Its options stand in the text; where they can be told apart they are in ``choices``, too.
    """

    entry: ClassVar[Entry] = Entry(
        title="MMStar",
        homepage="https://github.com/MMStar-Benchmark/MMStar",
        paper="https://arxiv.org/abs/2403.20330",
        citation="Chen et al. 2024",
        phase="eval",
        tasks=("vqa", "reasoning", "math", "science"),
        splits=(Split(name="val", rows=1_500, role="eval"),),
        annotations=Terms(name="unknown", commercial="unclear", conditions="its publishers name no licence"),
        images=Terms(name="unknown", commercial="unclear", conditions="those of the benchmarks they come from"),
        repos=("Lin-Chen/MMStar", "lmms-lab/MMStar"),
        problems=(
            Problem(
                what="its questions come from MMBench, MMMU, AI2D, SEED-Bench, ScienceQA and MathVista",
                treatment="said here: decontaminate with those, too; meta_info names the source of each",
            ),
            Problem(what="'<image 1>' is left in some questions", treatment="the picture stands there"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    repo: ClassVar[str | None] = "Lin-Chen/MMStar"
    needs: ClassVar[tuple[str, ...]] = ("image", "question", "answer")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "reasoning")

    dataset: Literal["mmstar"] = "mmstar"
    split: str = "val"

    @cached_property
    def table(self) -> Columnar:
        return Columnar.on_hub(self.repository, self.matching("mmstar.parquet", "*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        image = PictureFolder(self.repository.root, self.repository.id).image(row["image"])
        album = Album([replace(image, id=f"mmstar:{row['index']}" if row.get("index") is not None else None)])
        question, answer = string(row, "question"), string(row, "answer")
        placed = list(numbered(question, album))
        talk = Talk(album.rest())
        number = talk.ask(placed)
        options = _options(question)
        if answer in tuple(LETTERS[: len(options)]):
            talk.choices.append(Choices(number, options, LETTERS.index(answer)))
        talk.answer(answer)
        return self.made(place, album, talk.spoken(), meta_of(row, self.needs))


def _options(question: str) -> tuple[str, ...]:
    """What stands after ``A:``, ``B:`` … of the last line of options; nothing where they do not follow each other."""
    _, found, listed = question.rpartition("Options:")
    before, *pieces = _OPTION.split(listed.strip())
    if not found or before or not LETTERS.startswith("".join(pieces[::2])):
        return ()
    return tuple(piece.strip().removesuffix(",") for piece in pieces[1::2])
