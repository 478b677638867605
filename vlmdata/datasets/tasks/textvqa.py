"""TextVQA: questions about what is written in photos."""

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
from vlmdata.datasets.talk import Talk, most_frequent
from vlmdata.datasets.values import string, strings
from vlmdata.errors import BadRecord
from vlmdata.types import Sample


class TextVqa(Published):
    """Questions about OpenImages photos that are answered by reading what is written there, with ten answers each.

    A sample is one question; ``group`` puts those about one photo together. The answer is the most frequent one, all
    ten stand in ``alternatives``. ``meta.ocr_tokens`` are the words that a reader (Rosetta) found. The test split has
    no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="TextVQA",
        homepage="https://textvqa.org",
        paper="https://arxiv.org/abs/1904.08920",
        citation="Singh et al. 2019",
        phase="task",
        tasks=("vqa", "ocr"),
        splits=(
            Split(name="train", rows=34_602),
            Split(name="validation", rows=5_000, role="eval", note="the field's benchmark"),
            Split(name="test", rows=5_734, role="eval", note="without answers"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=Terms(name="CC-BY-2.0", commercial="yes", conditions="OpenImages: photos of Flickr, by their authors"),
        repos=("lmms-lab/textvqa", "lmms-lab-encoder/textvqa", "facebook/textvqa"),
        problems=(
            Problem(
                what="some OpenImages photos lie on their side without saying so in EXIF",
                treatment="kept as published; OpenImages' tables of rotations say which",
            ),
            Problem(
                what="a photo is repeated for each of its questions",
                treatment="they share its id (textvqa:…): group makes one sample of them",
            ),
            Problem(what="answers of test are missing or empty", treatment="the sample ends with the question"),
        ),
    )
    repo: ClassVar[str | None] = "lmms-lab/textvqa"
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("image_id", "question", "image")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "ocr")

    dataset: Literal["textvqa"] = "textvqa"

    @property
    def needed(self) -> tuple[str, ...]:
        return self.needs if self.split == "test" else (*self.needs, "answers")

    @cached_property
    def table(self) -> Columnar:
        return Columnar.on_hub(self.repository, self.matching(f"data/{self.split}-*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self.embedded(row["image"], f"textvqa:{string(row, 'image_id')}")])
        talk = Talk(album.rest())
        talk.ask(string(row, "question"))
        answers = strings(row, "answers")
        answer = most_frequent(answers)
        if answer is not None:
            talk.answer(answer, [(one, 1.0) for one in answers])
        elif self.split != "test":
            raise BadRecord("missing_text", "'answers' is empty")
        return self.made(place, album, talk.spoken(), meta_of(row, ("image", "question", "answers")))
