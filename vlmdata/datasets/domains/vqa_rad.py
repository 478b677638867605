"""VQA-RAD: questions about radiographs, CT and MR pictures."""

from __future__ import annotations

from typing import ClassVar, Literal

from vlmdata.datasets.domains.triplets import Triplets
from vlmdata.datasets.entry import Entry, Problem, Split, Terms


class VqaRad(Triplets):
    """Questions of clinicians about radiographs, CT and MR pictures of teaching cases, with short answers.

    A sample is one question. Many ask for a side of the body: the tag ``medical`` keeps pictures from being mirrored.
    """

    entry: ClassVar[Entry] = Entry(
        title="VQA-RAD",
        homepage="https://osf.io/89kps",
        paper="https://www.nature.com/articles/sdata2018251",
        citation="Lau et al. 2018",
        phase="task",
        tasks=("vqa", "medical"),
        splits=(
            Split(name="train", rows=1_793),
            Split(name="test", rows=451, role="eval"),
        ),
        annotations=Terms(name="CC0-1.0", commercial="yes"),
        images=Terms(name="CC0-1.0", commercial="yes", conditions="teaching cases of MedPix, an open archive"),
        repos=("flaviagiammarino/vqa-rad",),
        problems=(
            Problem(
                what="the split is by question: most pictures of test are in train, too",
                treatment="kept as published; decontaminate train by picture where that matters",
            ),
            Problem(
                what="the same answer is written in several ways: Yes, yes, and with a blank at its end",
                treatment="blanks at the ends go, letters stay: compare answers without regard to case",
            ),
        ),
    )
    repo: ClassVar[str | None] = "flaviagiammarino/vqa-rad"
    marks: ClassVar[tuple[str, ...]] = ("vqa", "medical")

    dataset: Literal["vqa-rad"] = "vqa-rad"
