"""Benchmarks by the names VLMEvalKit gives them."""

from __future__ import annotations

from collections.abc import Sequence
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
from vlmdata.datasets.tables.vlmeval import EvalTable
from vlmdata.errors import BadRecord
from vlmdata.io.source import slug
from vlmdata.types import Sample

_AT = "https://opencompass.openxlab.space/utils"

FILES = {
    "MMStar": ("VLMEval", "e1ecd2140806c1b1bbf54b43372efb9e"),
    "MMMU_DEV_VAL": ("VLMEval", "585e8ad75e73f75dcad265dfd0417d64"),
    "MMMU_TEST": ("VLMEval", "c19875d11a2d348d07e5eb4bdf33166d"),
    "MathVista_MINI": ("VLMEval", "f199b98e178e5a2a20e7048f5dcb0464"),
    "SEEDBench_IMG": ("benchmarks/SEEDBench", "68017231464752261a2526d6ca3a10c0"),
    "SEEDBench2_Plus": ("benchmarks/SEEDBench", "e32d3216dc4f452b0fe497a52015d1fd"),
    "POPE": ("VLMEval", "c12f5acb142f2ef1f85a26ba2fbe41d5"),
    "MME": ("VLMEval", "b36b43c3f09801f5d368627fb92187c3"),
    "HallusionBench": ("VLMEval", "0c23ac0dc9ef46832d7a24504f2a0c7c"),
    "ScienceQA_VAL": ("benchmarks/ScienceQA", "96320d05e142e585e7204e72affd29f3"),
    "ScienceQA_TEST": ("benchmarks/ScienceQA", "e42e9e00f9c59a80d8a5db35bc32b71f"),
    "AI2D_TEST": ("VLMEval", "0f593e0d1c7df9a3d69bf1f947e71975"),
    "MMVet": ("VLMEval", "748aa6d4aa9d4de798306a63718455e3"),
}
"""Folder on the server and MD5 (VLMEvalKit, ``vlmeval/dataset/image_*.py``, ``DATASET_URL``, ``DATASET_MD5``)."""


class VlmEvalKit(Published):
    """Benchmarks as VLMEvalKit serves them, by its names for them; any other of its files is read by format vlmeval.

    A sample is a row: pictures, question, options, answer. ``config`` names the file.
    """

    entry: ClassVar[Entry] = Entry(
        title="VLMEvalKit benchmarks",
        homepage="https://github.com/open-compass/VLMEvalKit",
        paper="https://arxiv.org/abs/2407.11691",
        citation="Duan et al. 2024",
        phase="eval",
        tasks=("vqa", "reasoning"),
        splits=(Split(name="test", role="eval", note="the whole file; its own splits are in meta"),),
        configs=tuple((name, f"{name}.tsv") for name in FILES),
        annotations=Terms(name="per benchmark", commercial="unclear", conditions="those of the benchmark"),
        images=Terms(name="per benchmark", commercial="unclear", conditions="those of the benchmark"),
        revision="VLMEvalKit TSV",
        problems=(
            Problem(what="a picture may be the index of the row that has it", treatment="looked up, on disk"),
            Problem(what="files are made anew under their old names", treatment="a whole file is checked by its MD5"),
            Problem(what="rows without a picture", treatment="dropped as missing_image, as VLMEvalKit does"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices", "alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("index", "question")
    marks: ClassVar[tuple[str, ...]] = ("vqa",)

    dataset: Literal["vlmevalkit"] = "vlmevalkit"
    config: str | None = "MMStar"
    split: str = "test"

    @cached_property
    def table(self) -> EvalTable:
        name = self.config or "MMStar"
        folder, md5 = FILES[name]
        return EvalTable(Web(f"{_AT}/{folder}/{name}.tsv"), self.folder, self.limit, md5)

    def whole_parts(self) -> Sequence[Part]:
        return () if in_part(self.table.part, self.folder) else (self.table.part,)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album(shown(row, slug(self.config or "MMStar")))
        if not album.images:
            raise BadRecord("missing_image", "'image' has nothing")
        return self.made(place, album, said(row, album), meta_of(row, USED))
