"""DocVQA: questions about scanned pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.page_words import azure_words
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.tasks.page_questions import OCR, OFFICIAL, PageQuestions

_REPOS = {OCR: "pixparse/docvqa-single-page-questions"}


class DocVqa(PageQuestions):
    """Questions about scanned pages of letters, forms, tables and reports, answered by words that stand there.

    A sample is one question with its page; ``group`` puts those of one page together, as config ``official`` has them
    from the start. The answer most writers gave is the answer, all stand in ``alternatives``. Config ``ocr`` brings
    the words of the page with their boxes as annotations (``source: ocr``). The test split has no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="DocVQA",
        homepage="https://www.docvqa.org",
        paper="https://arxiv.org/abs/2007.00398",
        citation="Mathew et al. 2021",
        phase="task",
        tasks=("vqa", "document", "ocr"),
        configs=(
            ("questions", "a question a sample, from the Hub"),
            (OCR, "the same with the words of the page and their boxes, from another copy on the Hub"),
            (OFFICIAL, "a page a sample, from the files of the competition, with --files"),
        ),
        splits=(
            Split(name="train", rows=10_194, config=OFFICIAL, note="pages; 39,463 questions"),
            Split(name="validation", rows=1_286, config=OFFICIAL, note="pages; 5,349 questions"),
            Split(name="test", rows=1_287, config=OFFICIAL, role="eval", note="pages; 5,188 questions, no answers"),
            Split(name="train", rows=39_463),
            Split(name="validation", rows=5_349),
            Split(name="test", rows=5_188, role="eval", note="questions without answers"),
        ),
        annotations=Terms(
            name="unclear", commercial="unclear", conditions="terms of the Robust Reading portal; copies say MIT"
        ),
        images=Terms(
            name="UCSF Industry Documents Library", commercial="unclear", conditions="each document has its own owner"
        ),
        by_hand="register at https://rrc.cvc.uab.es/?ch=17&com=downloads, download questions and images of task 1, and "
        "unpack both into one folder: documents/ beside train_v1.0_withQT.json",
        repos=(
            "HuggingFaceM4/DocumentVQA",
            "pixparse/docvqa-single-page-questions",
            "lmms-lab/DocVQA",
            "lmms-lab-encoder/DocVQA",
        ),
        problems=(
            Problem(
                what="copies on the Hub repeat a page for every question",
                treatment="all samples of a page share its identity, by which group and split go",
            ),
            Problem(what="answers of test are not public", treatment="its samples end with the question"),
            Problem(
                what="words of config ocr were read by a machine, some wrongly",
                treatment="kept with source ocr; a page whose words were read at another size has them scaled",
            ),
        ),
    )
    marks: ClassVar[tuple[str, ...]] = ("vqa", "document", "ocr")
    official: ClassVar[dict[str, str]] = {
        "train": "train_v1.0_withQT.json",
        "validation": "val_v1.0_withQT.json",
        "test": "test_v1.0.json",
    }
    folders: ClassVar[tuple[str, ...]] = ("documents", "spdocvqa_images", "spdocvqa_images/documents", "images", ".")
    page: ClassVar[str] = "image"
    words: ClassVar[tuple[str, Any]] = ("ocr_results", azure_words)

    dataset: Literal["docvqa"] = "docvqa"

    @property
    def repo_name(self) -> str | None:
        return None if self.config == OFFICIAL else _REPOS.get(self.config or "", "HuggingFaceM4/DocumentVQA")

    @property
    def patterns(self) -> tuple[str, ...]:
        return (f"data/{self.split}-*.parquet",)

    def page_id(self, row: Row) -> str | None:
        beside = row.get("other_metadata")
        known = {**row, **beside} if isinstance(beside, Mapping) else row
        document, number = known.get("ucsf_document_id"), known.get("ucsf_document_page_no")
        return f"docvqa:{document}_{number}" if document and number else None
