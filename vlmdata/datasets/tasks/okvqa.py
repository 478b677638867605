"""OK-VQA: questions about COCO pictures that need knowledge from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import most_frequent
from vlmdata.datasets.tasks.coco_questions import COCO_PHOTOS, CocoQuestions, weighted
from vlmdata.errors import BadRecord

_AT = "https://okvqa.allenai.org/static/data"


class OkVqa(CocoQuestions):
    """Open questions about COCO pictures that the picture alone does not answer; all of a picture are one sample.

    The answer is the most frequent ``raw_answer``; all ten stand in ``alternatives``. ``meta.question_type`` is the
    field of knowledge: one (vehicles and transportation), two (brands, companies and products), three (objects,
    material and clothing), four (sports and recreation), five (cooking and food), six (geography, history, language
    and culture), seven (people and everyday life), eight (plants and animals), nine (science and technology), ten
    (weather and climate), other.
    """

    entry: ClassVar[Entry] = Entry(
        title="OK-VQA",
        homepage="https://okvqa.allenai.org",
        paper="https://arxiv.org/abs/1906.00067",
        citation="Marino et al. 2019",
        phase="task",
        tasks=("vqa", "reasoning"),
        splits=(
            Split(name="train", rows=8_998, note="pictures; 9,009 questions"),
            Split(name="validation", rows=5_033, role="eval", note="pictures; 5,046 questions, the field's benchmark"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=COCO_PHOTOS,
        revision="v1.1",
        repos=("HuggingFaceM4/OK-VQA", "lmms-lab/OK-VQA", "lmms-lab-encoder/OK-VQA"),
        problems=(
            Problem(
                what="`answer` is stemmed for scoring (ride for riding)",
                treatment="`raw_answer`, as it was written, is the text",
            ),
            Problem(
                what="ten answers are those of five people, each counted twice",
                treatment="all ten stand in alternatives, as published",
            ),
            Problem(what="copies on the Hub have no train split", treatment="the official files are read"),
        ),
    )
    marks: ClassVar[tuple[str, ...]] = ("vqa", "reasoning")

    dataset: Literal["okvqa"] = "okvqa"

    @property
    def subsets(self) -> tuple[str, ...]:
        return ("train2014",) if self.split == "train" else ("val2014",)

    def whole_parts(self) -> Sequence[Part]:
        (subset,) = self.subsets
        names = (f"OpenEnded_mscoco_{subset}_questions.json", f"mscoco_{subset}_annotations.json")
        return [Web(f"{_AT}/{name}.zip", name) for name in names]

    def answer(self, said: Row) -> str:
        text = most_frequent(given for given, _ in self.given(said))
        if text is None:
            raise BadRecord("missing_text", "none of 'answers' has a 'raw_answer'")
        return text

    def given(self, said: Row) -> list[tuple[str, float]]:
        return weighted(said, "raw_answer")
