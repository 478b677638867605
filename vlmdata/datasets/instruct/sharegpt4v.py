"""ShareGPT4V: long descriptions of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.instruct import roots
from vlmdata.datasets.instruct.llava_instruct import GENERATOR_TERMS
from vlmdata.datasets.instruct.llava_mix import BOXES, Mixed
from vlmdata.datasets.instruct.roots import Root
from vlmdata.datasets.tables.table import Row

_FILES = {
    "cap100k": "sharegpt4v_instruct_gpt4-vision_cap100k.json",
    "pt": "share-captioner_coco_lcs_sam_1246k_1107.json",
    "sft": "sharegpt4v_mix665k_cap23k_coco-ap9k_lcs3k_sam9k_div2k.json",
}
_SAM = "SA-1B's tars 000000 to 000050 are got from Meta after registration, and unpacked to sam/images below --files"
_WEB = "unpack the archive that ShareGPT4V's docs/Data.md links to, so that it lies below --files"
_COLLECTED = ("share_textvqa", "web-celebrity", "web-landmark", "wikiart")


class ShareGpt4V(Mixed):
    """Detailed captions by GPT-4V, a million more by a model trained on them, and LLaVA-1.5's mix with some of them.

    A sample is one row of the published JSON.
    """

    entry: ClassVar[Entry] = Entry(
        title="ShareGPT4V",
        homepage="https://sharegpt4v.github.io",
        paper="https://arxiv.org/abs/2311.12793",
        citation="Chen et al. 2023",
        phase="instruct",
        tasks=("caption", "vqa", "reasoning", "ocr", "grounding", "text"),
        configs=(
            ("cap100k", "102,000 captions by GPT-4V, called ShareGPT4V on the Hub"),
            ("pt", "1,246,000 captions by Share-Captioner, called ShareGPT4V-PT"),
            ("sft", "LLaVA's mix665k with 23,000 of its captions replaced by GPT-4V's"),
        ),
        splits=(
            Split(name="train", config="cap100k", note="about 102,000"),
            Split(name="train", config="pt", note="about 1,246,000"),
            Split(name="train", config="sft", note="about 665,000"),
        ),
        annotations=Terms(
            name="CC-BY-NC-4.0", commercial="no", conditions="research only; the terms of OpenAI, whose model wrote it"
        ),
        images=Terms(
            name="COCO, LAION, CC, SBU, SA-1B, Open Images, web",
            commercial="no",
            conditions="SA-1B is for research; each other picture keeps its licence",
        ),
        generator="GPT-4V; Share-Captioner in pt",
        generator_terms=GENERATOR_TERMS,
        by_hand="SA-1B as sam/images (Meta, after registration; only tars 000000 to 000050 are needed), and the web "
        "pictures of docs/Data.md as share_textvqa/images, web-celebrity/images, web-landmark/images, wikiart/images; "
        "ocr_vqa/images for sft. The others are got, or taken from LLaVA's layout",
        repos=("Lin-Chen/ShareGPT4V",),
        problems=(
            *BOXES,
            Problem(
                what="pictures of SA-1B and the web have to be got by hand",
                treatment="rows without their picture are dropped as missing_file",
            ),
            Problem(what="sft has rows without pictures", treatment="kept, tagged text"),
            Problem(
                what="pt is about pictures of LLaVA-Pretrain and COCO",
                treatment="they bear the shared ids llava-pretrain: and coco:, by which copies are found",
            ),
            Problem(what="faces of SA-1B are blurred", treatment="kept as they are"),
        ),
    )
    repo: ClassVar[str | None] = "Lin-Chen/ShareGPT4V"

    dataset: Literal["sharegpt4v"] = "sharegpt4v"
    config: str | None = "cap100k"

    @property
    def file(self) -> str:
        return _FILES[self.config or "cap100k"]

    @cached_property
    def roots(self) -> Sequence[Root]:
        where = self.folder, self.limit
        captioned = (
            roots.coco(*where),
            roots.lcs(*where),
            roots.by_hand("sam/images/", self.folder, _SAM, "sam"),
            *(roots.by_hand(f"{name}/images/", self.folder, _WEB, name) for name in _COLLECTED),
        )
        if self.config != "sft":
            return captioned
        asked = (roots.gqa(*where), roots.ocr_vqa(self.folder), roots.textvqa(*where), *roots.visual_genome(*where))
        return (*captioned, *asked)

    def tags_of(self, row: Row) -> Sequence[str]:
        return super().tags_of(row) if self.config == "sft" else ("caption",)
