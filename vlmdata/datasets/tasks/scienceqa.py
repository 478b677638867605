"""ScienceQA: multiple-choice questions of school lessons, half of them with a picture."""

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
from vlmdata.datasets.values import optional, options, string, whole
from vlmdata.types import Sample

_PICTURED = ("vqa", "diagram")
"""Many pictures are maps, diagrams and tables, which no mirror may turn round."""


class ScienceQa(Published):
    """Questions of school lessons in science, language and social studies, each with two to five options.

    A sample is one question, answered by the letter of the right option; the hint it refers to stands before it. More
    than half have no picture: samples of text alone, which ``config: pictures`` leaves out. ``meta`` has ``lecture``
    and ``solution``, the explanation.
    """

    entry: ClassVar[Entry] = Entry(
        title="ScienceQA",
        homepage="https://scienceqa.github.io",
        paper="https://arxiv.org/abs/2209.09513",
        citation="Lu et al. 2022",
        phase="task",
        tasks=("vqa", "reasoning", "science"),
        splits=(
            Split(name="train", rows=12_726, config="all"),
            Split(name="validation", rows=4_241, config="all"),
            Split(name="test", rows=4_241, config="all", role="eval"),
            Split(name="train", rows=6_218, config="pictures"),
            Split(name="validation", rows=2_097, config="pictures"),
            Split(name="test", rows=2_017, config="pictures", role="eval"),
        ),
        configs=(
            ("all", "with the questions that have no picture"),
            ("pictures", "only questions with a picture, known as ScienceQA-IMG"),
        ),
        annotations=Terms(
            name="CC-BY-NC-SA-4.0", commercial="no", conditions="its repository says so; copies on the Hub leave out NC"
        ),
        images=Terms(name="CC-BY-NC-SA-4.0", commercial="no"),
        repos=("derek-thomas/ScienceQA", "lmms-lab/ScienceQA", "lmms-lab-encoder/ScienceQA"),
        problems=(
            Problem(what="more than half of the questions have no picture", treatment="samples without a picture"),
            Problem(
                what="licences disagree: CC BY-NC-SA in its repository, CC BY-SA on the Hub",
                treatment="not for commercial use",
            ),
            Problem(
                what="some pictures are tiny, some are transparent",
                treatment="never enlarged here; transparency goes by the pixel policy",
            ),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    needs: ClassVar[tuple[str, ...]] = ("image", "question", "choices", "answer", "hint")
    marks: ClassVar[tuple[str, ...]] = ("reasoning", "science")

    dataset: Literal["scienceqa"] = "scienceqa"
    config: str | None = "all"

    @property
    def repo_name(self) -> str | None:
        return "derek-thomas/ScienceQA" if self.config == "all" else "lmms-lab/ScienceQA"

    @cached_property
    def table(self) -> Columnar:
        folder = "data" if self.config == "all" else "ScienceQA-IMG"
        return Columnar.on_hub(self.repository, self.matching(f"{folder}/{self.split}-*.parquet"), self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        textual = row["image"] is None and self.config == "all"
        album = Album([] if textual else [self.embedded(row["image"])])
        talk = Talk(album.rest(), tags=[] if textual else list(_PICTURED))
        asked = [text for text in (optional(row, "hint"), string(row, "question")) if text]
        talk.choose("\n".join(asked), options(row, "choices"), whole(row, "answer"))
        return self.made(place, album, talk.spoken(), meta_of(row, self.needs))
