"""LLaVA-1.5's mix of conversations and task sets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.conversations import Frame
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.instruct import roots
from vlmdata.datasets.instruct.llava_instruct import GENERATOR_TERMS, REPO
from vlmdata.datasets.instruct.roots import Root, Rooted
from vlmdata.datasets.tables.table import Row

_ABOUT = {"ocr_vqa/": ("vqa", "ocr"), "textvqa/": ("caption", "ocr"), "share_textvqa/": ("caption", "ocr")}
BOXES = (
    Problem(
        what="boxes are text: [x1, y1, x2, y2] from 0 to 1 with two decimals, of the picture padded to a square",
        treatment="in rows of Visual Genome they become regions; vg_boxes: text leaves them",
    ),
    Problem(
        what="reports disagree whether boxes of RefCOCO rows are of the padded square or of the picture (issue 822)",
        treatment="they stay text; refcoco_boxes: square or picture reads them. Look at a few pictures first",
    ),
)


class Mixed(Rooted):
    """Conversations of LLaVA's mix of sources: boxes in those of Visual Genome and RefCOCO are read as declared."""

    vg_boxes: Frame = Field(
        default="square", description="what boxes in rows of Visual Genome are relative to; text leaves them"
    )
    refcoco_boxes: Frame = Field(
        default="text", description="what boxes in rows of COCO (RefCOCO) are relative to: square, picture"
    )

    fills: ClassVar[frozenset[str]] = frozenset({"annotations"})

    def frame(self, row: Row) -> Frame:
        name = str(row.get("image"))
        return self.vg_boxes if name.startswith("vg/") else self.refcoco_boxes if name.startswith("coco/") else "text"

    def tags_of(self, row: Row) -> Sequence[str]:
        name = str(row.get("image"))
        return next((tags for begins, tags in _ABOUT.items() if name.startswith(begins)), ("vqa",))


class LlavaMix(Mixed):
    """Conversations about pictures of five publishers, and without any: LLaVA-1.5's second stage.

    All questions about a picture are one sample already. Rows of ShareGPT have no picture and are tagged ``text``.
    Answers to short prompts end with how they are to be given, as published.
    """

    entry: ClassVar[Entry] = Entry(
        title="LLaVA-1.5 mix665k",
        homepage="https://github.com/haotian-liu/LLaVA",
        paper="https://arxiv.org/abs/2310.03744",
        citation="Liu et al. 2023",
        phase="instruct",
        tasks=("vqa", "caption", "reasoning", "ocr", "grounding", "text"),
        splits=(
            Split(
                name="train",
                rows=665_298,
                note="about 40,000 without a picture, 80,000 of OCR-VQA, whose pictures have to be got by hand",
            ),
        ),
        annotations=Terms(
            name="CC-BY-4.0",
            commercial="unclear",
            conditions="a mixture: each source keeps its terms, and GPT-4 and ChatGPT wrote much of it",
        ),
        images=Terms(
            name="COCO, GQA, OCR-VQA, Open Images, Visual Genome",
            commercial="unclear",
            conditions="each picture keeps its licence; covers of books are their publishers'",
        ),
        generator="GPT-4, and ChatGPT in rows of ShareGPT",
        generator_terms=GENERATOR_TERMS,
        by_hand="OCR-VQA's pictures as ocr_vqa/images/NAME.jpg (its script; a copy is ocr_vqa_images_llava_v15.zip of "
        "weizhiwang/llava_v15_instruction_images). The others are got, or taken from LLaVA's layout: coco/train2017, "
        "gqa/images, textvqa/train_images, vg/VG_100K, vg/VG_100K_2",
        repos=(REPO,),
        problems=(
            *BOXES,
            Problem(what="ids repeat, and are numbers or texts", treatment="keys are made of row numbers"),
            Problem(
                what="links of OCR-VQA are dead, and some 355 pictures cannot be had",
                treatment="rows without their picture are dropped as missing_file",
            ),
            Problem(
                what="OCR-VQA's GIFs are called .jpg, and 1437717772.jpg is damaged",
                treatment="formats are told by content; the damaged one falls out where pictures are decoded",
            ),
            Problem(
                what="it holds training questions of VQAv2, GQA, OK-VQA, A-OKVQA and RefCOCO",
                treatment="said; pictures bear shared ids (coco:, vg:), by which copies are found",
            ),
        ),
    )
    repo: ClassVar[str | None] = REPO

    dataset: Literal["llava-v1.5-mix665k"] = "llava-v1.5-mix665k"

    @property
    def file(self) -> str:
        return "llava_v1_5_mix665k.json"

    @cached_property
    def roots(self) -> Sequence[Root]:
        where = self.folder, self.limit
        return (
            roots.coco(*where),
            roots.gqa(*where),
            roots.ocr_vqa(self.folder),
            roots.textvqa(*where),
            *roots.visual_genome(*where),
        )
