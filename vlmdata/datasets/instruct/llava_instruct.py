"""LLaVA-Instruct: GPT-4's conversations about COCO pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.instruct.roots import Root, Rooted, coco
from vlmdata.datasets.tables.table import Row

REPO = "liuhaotian/LLaVA-Instruct-150K"
GENERATOR_TERMS = "OpenAI's terms of use: its output may not be used to develop models that compete with it"

_FILES = {
    "150k": "llava_instruct_150k.json",
    "80k": "llava_instruct_80k.json",
    "conversation_58k": "conversation_58k.json",
    "detail_23k": "detail_23k.json",
    "complex_reasoning_77k": "complex_reasoning_77k.json",
}
_TAGS = {"conversation_58k": ("vqa",), "detail_23k": ("caption",), "complex_reasoning_77k": ("vqa", "reasoning")}


class LlavaInstruct(Rooted):
    """Conversations, descriptions and reasoning about COCO pictures, written by GPT-4 from captions and boxes.

    GPT-4 saw no picture, only COCO's captions and boxes. A sample is one row of the published JSON; several rows may
    be about one picture, and ``group`` puts them together.
    """

    entry: ClassVar[Entry] = Entry(
        title="LLaVA-Instruct-150K",
        homepage="https://huggingface.co/datasets/liuhaotian/LLaVA-Instruct-150K",
        paper="https://arxiv.org/abs/2304.08485",
        citation="Liu et al. 2023",
        phase="instruct",
        tasks=("vqa", "caption", "reasoning"),
        configs=(
            ("150k", "all three kinds below"),
            ("80k", "a part of it, for shorter training"),
            ("conversation_58k", "questions and answers in several turns"),
            ("detail_23k", "detailed descriptions"),
            ("complex_reasoning_77k", "questions that need reasoning"),
        ),
        splits=(
            Split(name="train", rows=157_712, config="150k"),
            Split(name="train", config="80k", note="about 80,000"),
            Split(name="train", config="conversation_58k", note="about 58,000"),
            Split(name="train", config="detail_23k", note="about 23,000"),
            Split(name="train", config="complex_reasoning_77k", note="about 77,000"),
        ),
        annotations=Terms(
            name="CC-BY-4.0", commercial="unclear", conditions="and the terms of OpenAI, whose model wrote it"
        ),
        images=Terms(
            name="COCO (Flickr, per picture)", commercial="unclear", conditions="each picture keeps its Flickr licence"
        ),
        generator="GPT-4",
        generator_terms=GENERATOR_TERMS,
        by_hand="pictures: train2017.zip of cocodataset.org, or its folder train2017",
        repos=(REPO,),
        problems=(
            Problem(
                what="the repository has no pictures, and files of several forms that do not load together",
                treatment="each file is a configuration; pictures come from COCO's train2017.zip",
            ),
            Problem(what="<image> stands before or after the question", treatment="kept where it stands"),
        ),
    )
    repo: ClassVar[str | None] = REPO

    dataset: Literal["llava-instruct-150k"] = "llava-instruct-150k"
    config: str | None = "150k"

    @property
    def file(self) -> str:
        return _FILES[self.config or "150k"]

    @cached_property
    def roots(self) -> Sequence[Root]:
        return (coco(self.folder, self.limit, begins=""),)

    def tags_of(self, row: Row) -> Sequence[str]:
        return _TAGS.get(self.config or "", ("vqa",))
