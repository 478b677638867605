"""VQA v2: ten answers to each of several questions about COCO pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.tasks.coco_questions import COCO_PHOTOS, CocoQuestions, weighted
from vlmdata.datasets.values import string

_AT = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"
_PARTS = {
    "train": ("Train", "train2014", "train2014"),
    "validation": ("Val", "val2014", "val2014"),
    "test": ("Test", "test2015", "test2015"),
    "testdev": ("Test", "test-dev2015", "test2015"),
}
"""By split: a word in the names of the archives, one in the names of the files in them, the folder of pictures."""


class VqaV2(CocoQuestions):
    """Open questions about COCO pictures with ten people's answers each; all questions of a picture are one sample.

    The answer is the published ``multiple_choice_answer``; all ten stand in ``alternatives``, weighted by confidence
    (yes 1, maybe 0.5, no 0.1). The test splits have no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="VQA v2",
        homepage="https://visualqa.org",
        paper="https://arxiv.org/abs/1612.00837",
        citation="Goyal et al. 2017",
        phase="task",
        tasks=("vqa",),
        splits=(
            Split(name="train", rows=82_783, note="pictures; 443,757 questions"),
            Split(name="validation", rows=40_504, note="pictures; 214,354 questions"),
            Split(name="test", rows=81_434, role="eval", note="pictures; 447,793 questions without answers"),
            Split(name="testdev", role="eval", note="a sample is a picture; a part of test, without answers"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=COCO_PHOTOS,
        revision="v2.0",
        repos=("HuggingFaceM4/VQAv2", "lmms-lab/VQAv2", "lmms-lab-encoder/VQAv2"),
        problems=(
            Problem(
                what="copies on the Hub repeat a picture for every question, and have no train split",
                treatment="the official files are read, one sample per picture",
            ),
            Problem(what="a few pictures of test are not in test2015", treatment="dropped as missing_file"),
        ),
    )
    said: ClassVar[tuple[str, ...]] = ("answers", "multiple_choice_answer")

    dataset: Literal["vqav2"] = "vqav2"

    @property
    def subsets(self) -> tuple[str, ...]:
        return (_PARTS[self.split][2],)

    def whole_parts(self) -> Sequence[Part]:
        word, named, _ = _PARTS[self.split]
        asked = Web(f"{_AT}/v2_Questions_{word}_mscoco.zip", f"v2_OpenEnded_mscoco_{named}_questions.json")
        if word == "Test":
            return (asked,)
        return (asked, Web(f"{_AT}/v2_Annotations_{word}_mscoco.zip", f"v2_mscoco_{named}_annotations.json"))

    def answer(self, said: Row) -> str:
        return string(said, "multiple_choice_answer")

    def given(self, said: Row) -> list[tuple[str, float]]:
        return weighted(said)
