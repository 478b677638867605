"""MMMU: college-level questions of thirty subjects, with one or several pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.choice import MARKER, answers, lettered, posed
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import literal, optional, string
from vlmdata.errors import BadRecord
from vlmdata.types import Image, Sample

SUBJECTS = (
    "Accounting", "Agriculture", "Architecture_and_Engineering", "Art", "Art_Theory", "Basic_Medical_Science",
    "Biology", "Chemistry", "Clinical_Medicine", "Computer_Science", "Design", "Diagnostics_and_Laboratory_Medicine",
    "Economics", "Electronics", "Energy_and_Power", "Finance", "Geography", "History", "Literature", "Manage",
    "Marketing", "Materials", "Math", "Mechanical_Engineering", "Music", "Pharmacy", "Physics", "Psychology",
    "Public_Health", "Sociology",
)  # fmt: skip
_MEDICAL = ("Basic_Medical_Science", "Clinical_Medicine", "Diagnostics_and_Laboratory_Medicine", "Pharmacy")
_IMAGES = tuple(f"image_{number}" for number in range(1, 8))
_USED = (*_IMAGES, "question", "options", "answer")


class Mmmu(Published):
    """Questions of college exams in thirty subjects, with up to seven pictures in question and options.

    A sample is one question; its pictures stand where the text says ``<image 1>``. The answer of an open question may
    be a list of texts that are all right: the first is said, all stand in ``alternatives``. Answers to the test split
    are withheld.
    """

    entry: ClassVar[Entry] = Entry(
        title="MMMU",
        homepage="https://mmmu-benchmark.github.io",
        paper="https://arxiv.org/abs/2311.16502",
        citation="Yue et al. 2024",
        phase="eval",
        tasks=("vqa", "reasoning", "science", "math", "multi-image"),
        splits=(
            Split(name="dev", rows=150, config="all", role="eval"),
            Split(name="validation", rows=900, config="all", role="eval"),
            Split(name="test", rows=10_500, config="all", role="eval", note="without answers"),
            Split(name="dev", role="eval", note="5 questions of each subject"),
            Split(name="validation", role="eval", note="30 questions of each subject"),
            Split(name="test", role="eval", note="without answers"),
        ),
        configs=(
            ("all", "all subjects, as lmms-lab has put them together"),
            *((name, name.replace("_", " ")) for name in SUBJECTS),
        ),
        annotations=Terms(name="Apache-2.0", commercial="yes"),
        images=Terms(name="unknown", commercial="unclear", conditions="of textbooks, exams and lecture notes"),
        repos=("MMMU/MMMU", "lmms-lab/MMMU"),
        problems=(
            Problem(
                what="options and img_type are texts that hold Python lists",
                treatment="read as literals; nothing is run",
            ),
            Problem(what="null pictures between image_1 and image_7", treatment="passed over, numbers stay"),
            Problem(what="some open questions have several right answers", treatment="kept as alternatives"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices", "alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("id", "question", "options", "image_1")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "reasoning")

    dataset: Literal["mmmu"] = "mmmu"
    config: str | None = "all"
    split: str = "validation"

    @property
    def repo_name(self) -> str | None:
        return "lmms-lab/MMMU" if self.config in (None, "all") else "MMMU/MMMU"

    @cached_property
    def table(self) -> Columnar:
        folder = "data" if self.config in (None, "all") else self.config
        return Columnar.on_hub(self.repository, self.matching(f"{folder}/{self.split}-*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        name = string(row, "id")
        images = self._images(row, name)
        album = Album(images.values())
        question, *options = (_renumbered(text, list(images)) for text in (string(row, "question"), *_options(row)))
        answer = None if self.split == "test" else optional(row, "answer")
        said = posed(album, question, lettered(options), answer)
        meta = {key: value for key, value in meta_of(row, _USED).items() if value != ""}
        if isinstance(kinds := meta.get("img_type"), str):
            meta["img_type"] = answers(kinds)
        sample = self.made(place, album, said, meta)
        return replace(sample, tags=(*sample.tags, *_subject_tags(name)))

    def _images(self, row: Row, name: str) -> dict[int, Image]:
        """The pictures there are, by the numbers of their columns."""
        folder = PictureFolder(self.repository.root, self.repository.id)
        return {
            number: replace(folder.image(row[column]), id=f"mmmu:{name}-{number}")
            for number, column in enumerate(_IMAGES, start=1)
            if row.get(column) is not None
        }


def _renumbered(text: str, columns: list[int]) -> str:
    """Markers, which count columns, as numbers of the pictures that are there. ``BadRecord`` ``marker_count``."""

    def place(match: re.Match[str]) -> str:
        if int(match[1]) not in columns:
            raise BadRecord("marker_count", f"the text shows {match[0]}, and image_{match[1]} is empty")
        return f"<image {columns.index(int(match[1])) + 1}>"

    return MARKER.sub(place, text)


def _options(row: Row) -> list[str]:
    found = literal(row, "options") or []
    if not isinstance(found, list) or not all(isinstance(one, str | int | float) for one in found):
        raise BadRecord("bad_field", f"'options' is a list of texts, not {row['options']!r:.60}")
    return [str(one) for one in found]


def _subject_tags(name: str) -> tuple[str, ...]:
    """Of ``validation_Clinical_Medicine_1``."""
    subject = name.partition("_")[2].rpartition("_")[0]
    return ("medical",) if subject in _MEDICAL else ("math",) if subject == "Math" else ()
