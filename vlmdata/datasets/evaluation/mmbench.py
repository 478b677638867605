"""MMBench and CCBench: multiple-choice questions over many abilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.formats.vlmeval import USED, said, shown
from vlmdata.datasets.published import Published
from vlmdata.datasets.release.beginning import in_part
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.tables.vlmeval import HOLDER, EvalTable
from vlmdata.types import Sample

_AT = "https://opencompass.openxlab.space/utils"
_CIRCLE = 1_000_000
"""Copies of a question for circular evaluation add a multiple of this to its index (VLMEvalKit, ``image_mcq.py``)."""

MD5 = {
    "MMBench_DEV_EN": "b6caf1133a01c6bb705cf753bb527ed8",
    "MMBench_TEST_EN": "6939fadb0ce626fefc0bdc9c64efc528",
    "MMBench_DEV_CN": "08b8fc3324a5ed74155350f57be69fbd",
    "MMBench_TEST_CN": "7e1239baf0ee4c8b513e19705a0f317e",
    "MMBench_DEV_EN_V11": "30c05be8f2f347a50be25aa067248184",
    "MMBench_TEST_EN_V11": "26f0f15381a21720255091d3e0316ce6",
    "MMBench_DEV_CN_V11": "593f9b5f6bea453d870a798b34ae4f37",
    "MMBench_TEST_CN_V11": "74bbe4556dac745613c7cbe5ad787050",
}
"""Of the files, by their names (VLMEvalKit, ``image_mcq.py``, ``DATASET_MD5``); that of CCBench has changed."""


class MmBench(Published):
    """Multiple-choice questions about pictures, in English or Chinese, from recognition to reasoning.

    A sample is a row: a question, or one of its copies with the options turned, whose indices differ by millions.
    All copies bear the picture's one id, so that ``group`` puts them together. The test splits have no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="MMBench",
        homepage="https://github.com/open-compass/MMBench",
        paper="https://arxiv.org/abs/2307.06281",
        citation="Liu et al. 2023",
        phase="eval",
        tasks=("vqa", "reasoning"),
        splits=(
            Split(name="dev", rows=4_329, config="en", role="eval", note="copies with turned options among them"),
            Split(name="test", rows=6_666, config="en", role="eval", note="without answers"),
            Split(name="dev", rows=4_329, config="cn", role="eval"),
            Split(name="test", rows=6_666, config="cn", role="eval", note="without answers"),
            Split(name="test", rows=2_040, config="cc", role="eval", note="with answers; there is no dev"),
            Split(name="dev", config="en-v1.1", role="eval"),
            Split(name="test", config="en-v1.1", role="eval", note="without answers"),
            Split(name="dev", config="cn-v1.1", role="eval"),
            Split(name="test", config="cn-v1.1", role="eval", note="without answers"),
        ),
        configs=(
            ("en", "English"),
            ("cn", "the same questions in Chinese"),
            ("cc", "CCBench: Chinese culture"),
            ("en-v1.1", "English, the questions of version 1.1"),
            ("cn-v1.1", "Chinese, the questions of version 1.1"),
        ),
        languages=("en", "zh"),
        annotations=Terms(name="Apache-2.0", commercial="yes"),
        images=Terms(name="unknown", commercial="unclear", conditions="of many public data sets and of the web"),
        revision="VLMEvalKit TSV",
        repos=("lmms-lab/MMBench", "lmms-lab/MMBench_EN", "HuggingFaceM4/MMBench", "opencompass/MMBench"),
        problems=(
            Problem(what="a picture may be the index of the row that has it", treatment="looked up, on disk"),
            Problem(what="empty cells, and the text 'nan' in hint", treatment="taken for nothing"),
            Problem(what="copies on the Hub write L2-category, TSV files l2-category", treatment="l2-category in meta"),
            Problem(what="the files change", treatment="a whole file is checked by the MD5 that VLMEvalKit names"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices", "alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("index", "question", "A", "B")
    marks: ClassVar[tuple[str, ...]] = ("vqa",)

    dataset: Literal["mmbench"] = "mmbench"
    config: str | None = "en"
    split: str = "dev"

    @property
    def file_name(self) -> str:
        """``MMBench_DEV_EN_V11``."""
        if self.config == "cc":
            return "CCBench"
        language, _, version = (self.config or "en").upper().partition("-")
        return "_".join(["MMBench", self.split.upper(), language, *(["V11"] if version else [])])

    @cached_property
    def table(self) -> EvalTable:
        folder = "VLMEval" if self.config == "cc" else "benchmarks/MMBench"
        part = Web(f"{_AT}/{folder}/{self.file_name}.tsv")
        return EvalTable(part, self.folder, self.limit, MD5.get(self.file_name))

    def whole_parts(self) -> Sequence[Part]:
        return () if in_part(self.table.part, self.folder) else (self.table.part,)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album(shown({**row, HOLDER: self._picture_of(row[HOLDER])}, "mmbench"))
        sample = self.made(place, album, said(row, album), meta_of(row, USED))
        return replace(sample, language="en" if (self.config or "en").startswith("en") else "zh")

    def _picture_of(self, index: str | None) -> str | None:
        """What the picture of a row is called: as that of the question it is a copy of."""
        if index is None or not index.isdecimal():
            return index
        question = int(index) % _CIRCLE
        version = "-v1.1" if (self.config or "").endswith("v1.1") else ""
        return f"cc-{question}" if self.config == "cc" else f"{self.split}{version}-{question}"
