"""MathVista: mathematics in pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.choice import lettered, posed
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import optional, string, strings
from vlmdata.types import Sample

_LANGUAGES = {"english": "en", "chinese": "zh", "persian": "fa"}
_USED = ("question", "image", "decoded_image", "choices", "answer")


class MathVista(Published):
    """Mathematical questions about figures, plots, tables and photographs, out of 31 data sets.

    A sample is one question: multiple choice, or free with a text, a number or a list as its answer. ``unit`` and
    ``precision`` of a number stand in ``meta``, as does ``query``, the question with its authors' instruction. Answers
    to the test split are not released.
    """

    entry: ClassVar[Entry] = Entry(
        title="MathVista",
        homepage="https://mathvista.github.io",
        paper="https://arxiv.org/abs/2310.02255",
        citation="Lu et al. 2024",
        phase="eval",
        tasks=("vqa", "math", "reasoning"),
        splits=(
            Split(name="testmini", rows=1_000, role="eval"),
            Split(name="test", rows=5_141, role="eval", note="without answers"),
        ),
        languages=("en", "zh", "fa"),
        annotations=Terms(
            name="CC-BY-SA-4.0",
            commercial="yes",
            conditions="may be used commercially as a test set; using it as a training set is prohibited",
        ),
        images=Terms(name="per source", commercial="unclear", conditions="those of the data sets they come from"),
        repos=("AI4Math/MathVista", "lmms-lab/MathVista"),
        problems=(
            Problem(what="image is a path, decoded_image the picture", treatment="decoded_image is read"),
            Problem(what="the answer to multiple choice is the text of an option", treatment="its letter is said"),
            Problem(
                what="its pictures are those of GQA, VQA, ChartQA, ScienceQA and others",
                treatment="said here: decontaminate with it; meta.metadata.source names the source of each",
            ),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices", "alternatives"})
    repo: ClassVar[str | None] = "AI4Math/MathVista"
    needs: ClassVar[tuple[str, ...]] = ("pid", "question", "decoded_image", "choices", "answer")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "math")

    dataset: Literal["mathvista"] = "mathvista"
    split: str = "testmini"

    @cached_property
    def table(self) -> Columnar:
        return Columnar.on_hub(self.repository, self.matching(f"data/{self.split}-*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        image = PictureFolder(self.repository.root, self.repository.id).image(row["decoded_image"])
        album = Album([replace(image, id=f"mathvista:{string(row, 'pid')}", source=optional(row, "image"))])
        options = lettered(strings(row, "choices"))
        said = posed(album, string(row, "question"), options, optional(row, "answer"))
        known = row.get("metadata") or {}
        language = _LANGUAGES.get(str(known.get("language")).lower()) if isinstance(known, dict) else None
        return replace(self.made(place, album, said, meta_of(row, _USED)), language=language)
