"""LLaVA-NeXT's mix of conversations and task sets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.conversations import Conversations, Frame
from vlmdata.datasets.dialogue import as_pictures
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.instruct.llava_instruct import GENERATOR_TERMS
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.types import Image


class LlavaNext(Conversations):
    """Conversations with their pictures in Parquet, and without any: the second stage of LLaVA-NeXT.

    ``meta.data_source`` says where a row is from. Rows without a picture are tagged ``text``.
    """

    entry: ClassVar[Entry] = Entry(
        title="LLaVA-NeXT-Data",
        homepage="https://huggingface.co/datasets/lmms-lab/LLaVA-NeXT-Data",
        paper="https://llava-vl.github.io/blog/2024-01-30-llava-next/",
        citation="Liu et al. 2024",
        phase="instruct",
        tasks=("vqa", "caption", "reasoning", "ocr", "document", "chart", "grounding", "text"),
        splits=(Split(name="train", rows=779_289),),
        annotations=Terms(
            name="Apache-2.0",
            commercial="unclear",
            conditions="what its card says; the texts are a mixture, much of it GPT-4's, and not all under it",
        ),
        images=Terms(name="mixed", commercial="unclear", conditions="each source keeps its terms"),
        generator="GPT-4 and GPT-4V in part",
        generator_terms=GENERATOR_TERMS,
        repos=("lmms-lab/LLaVA-NeXT-Data",),
        problems=(
            Problem(what="the picture is null in rows of text alone", treatment="kept without one, tagged text"),
            Problem(
                what="boxes are text, as in LLaVA-1.5's mix, and rows do not say of which frame",
                treatment="they stay text; boxes: square or picture reads them. Look at a few pictures first",
            ),
            Problem(
                what="the card says Apache-2.0, which its sources do not",
                treatment="commercial use is given as unclear",
            ),
            Problem(what="15,000 rows of the paper's mix are withheld", treatment="said"),
        ),
    )
    repo: ClassVar[str | None] = "lmms-lab/LLaVA-NeXT-Data"
    needs: ClassVar[tuple[str, ...]] = ("conversations", "image")
    marks: ClassVar[tuple[str, ...]] = ()
    fills: ClassVar[frozenset[str]] = frozenset({"annotations"})

    dataset: Literal["llava-next-data"] = "llava-next-data"
    boxes: Frame = Field(default="text", description="what boxes in the text are relative to: square, picture")

    @cached_property
    def table(self) -> Columnar:
        return Columnar.on_hub(self.repository, self.matching("data/train-*.parquet"), self.limit)

    def pictures(self, row: Row) -> Sequence[Image]:
        return as_pictures(row["image"], self.embedded)

    def frame(self, row: Row) -> Frame:
        return self.boxes

    def tags_of(self, row: Row) -> Sequence[str]:
        return ("vqa",)
