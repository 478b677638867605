"""InfographicVQA: questions about infographics."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.page_words import textract_words
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.tasks.page_questions import OCR, OFFICIAL, PageQuestions


class InfographicVqa(PageQuestions):
    """Questions about infographics, which take reading, counting and small sums; answers are words, numbers, lists.

    A sample is one question with its infographic; ``group`` puts those of one together, as config ``official`` has
    them from the start. Orders in which a list of things may be answered are ``alternatives``. Config ``ocr`` brings
    the words with their boxes as annotations. The test split has no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="InfographicVQA",
        homepage="https://www.docvqa.org/datasets/infographicvqa",
        paper="https://arxiv.org/abs/2104.12756",
        citation="Mathew et al. 2022",
        phase="task",
        tasks=("vqa", "document", "ocr", "chart", "reasoning"),
        configs=(
            ("questions", "a question a sample, from the Hub"),
            (OCR, "the same with the words of the infographic and their boxes"),
            (OFFICIAL, "an infographic a sample, from the files of the competition, with --files"),
        ),
        splits=(
            Split(name="train", rows=4_406, config=OFFICIAL, note="infographics; 23,946 questions"),
            Split(name="validation", rows=500, config=OFFICIAL, note="infographics; 2,801 questions"),
            Split(
                name="test", rows=579, config=OFFICIAL, role="eval", note="infographics; 3,288 questions, no answers"
            ),
            Split(name="train", rows=23_946),
            Split(name="validation", rows=2_801),
            Split(name="test", rows=3_288, role="eval", note="questions without answers"),
        ),
        annotations=Terms(
            name="unclear",
            commercial="unclear",
            conditions="terms of the Robust Reading portal; the copy says Apache-2.0",
        ),
        images=Terms(
            name="of their publishers on the web",
            commercial="unclear",
            conditions="image_url of each sample says where",
        ),
        by_hand="register at https://rrc.cvc.uab.es/?ch=17&com=downloads, download questions and images of task 3, and "
        "unpack both into one folder: images/ beside infographicsVQA_train_v1.0.json",
        repos=("lmms-lab/DocVQA", "lmms-lab-encoder/DocVQA"),
        problems=(
            Problem(
                what="the card of the copy does not name its train files",
                treatment="they are read by their names; if they are gone, config official, or config infographic_vqa "
                "of the-cauldron",
            ),
            Problem(
                what="infographics are very tall, thousands of pixels",
                treatment="kept whole; those beyond image.max_pixels are dropped as bomb",
            ),
            Problem(
                what="a list of things may be answered in any order",
                treatment="the published orders are alternatives",
            ),
            Problem(what="answers of test are not public", treatment="its samples end with the question"),
        ),
    )
    repo: ClassVar[str | None] = "lmms-lab/DocVQA"
    marks: ClassVar[tuple[str, ...]] = ("vqa", "document", "ocr", "chart", "infographic")
    official: ClassVar[dict[str, str]] = {
        "train": "infographicsVQA_train_v1.0.json",
        "validation": "infographicsVQA_val_v1.0_withQT.json",
        "test": "infographicsVQA_test_v1.0.json",
    }
    folders: ClassVar[tuple[str, ...]] = ("images", "infographicsvqa_images", "infographicsvqa_images/images", ".")
    page: ClassVar[str] = "image_local_name"
    words: ClassVar[tuple[str, Any]] = ("ocr", textract_words)

    dataset: Literal["infographicvqa"] = "infographicvqa"

    @property
    def repo_name(self) -> str | None:
        return None if self.config == OFFICIAL else self.repo

    @property
    def patterns(self) -> tuple[str, ...]:
        return (f"InfographicVQA/{self.split}-*.parquet",)

    def page_id(self, row: Row) -> str | None:
        found = row.get("image_url") or row.get(self.page)
        return f"infographicvqa:{found}" if found else None
