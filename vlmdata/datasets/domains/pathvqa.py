"""PathVQA: questions about pictures of pathology."""

from __future__ import annotations

from typing import ClassVar, Literal

from vlmdata.datasets.domains.triplets import Triplets
from vlmdata.datasets.entry import Entry, Problem, Split, Terms


class PathVqa(Triplets):
    """Questions about pictures of pathology, half of them to be answered with yes or no.

    They were made by a program from the captions of two textbooks and a library, and checked by people. A sample is
    one question.
    """

    entry: ClassVar[Entry] = Entry(
        title="PathVQA",
        homepage="https://github.com/UCSD-AI4H/PathVQA",
        paper="https://arxiv.org/abs/2003.10286",
        citation="He et al. 2020",
        phase="task",
        tasks=("vqa", "medical"),
        splits=(
            Split(name="train", rows=19_654),
            Split(name="validation", rows=6_259),
            Split(name="test", rows=6_719, role="eval"),
        ),
        annotations=Terms(name="MIT", commercial="yes", conditions="as the copy on the Hub is marked"),
        images=Terms(
            name="of their publishers",
            commercial="unclear",
            conditions="pictures and captions belong to the publishers of two textbooks and the owners of PEIR",
        ),
        repos=("flaviagiammarino/path-vqa",),
        problems=(
            Problem(
                what="questions were made of captions by a program: some are odd English",
                treatment="kept as published",
            ),
            Problem(
                what="a row is a question, and a picture comes with each of them",
                treatment="group puts questions about equal pictures together",
            ),
        ),
    )
    repo: ClassVar[str | None] = "flaviagiammarino/path-vqa"
    marks: ClassVar[tuple[str, ...]] = ("vqa", "medical")

    dataset: Literal["pathvqa"] = "pathvqa"
