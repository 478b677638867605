"""LRV-Instruction: questions that may be about what is not in the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from vlmdata.datasets.boxed import with_regions
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import metas_of
from vlmdata.datasets.instruct.llava_instruct import GENERATOR_TERMS
from vlmdata.datasets.instruct.roots import GotByHand
from vlmdata.datasets.instruct.vg_pictures import vg_pictures
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import ByHand
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string
from vlmdata.io.json_stream import skip_mark
from vlmdata.models.dialects import DIALECTS, may_hold
from vlmdata.types import Image, Sample

_DRIVE = {
    "instruction": "1pWkxE2kqpys1VdwBi99ZXN6-XY5SqhwU",
    "instruction-boxes": "1OlNxY1eC9Fg10LEcEo1xS6cyOWYera_G",
    "more": "1NTxkuRPlvDn7aWaJpK_yb0p5r0cxPLNZ",
    "more-boxes": "1E83vpCY8ofEDGFZLjpIjPWHHJvocrWVj",
    "chart": "13j2U-ectsYGR92r6J5hPdhT8T5ezItHF",
}
_USED = ("image_id", "question", "answer")
_CHARTS = "unpack Google Drive file 1Dey-undzW2Nl21CYLFSkP_Y4RrfRJkYd to chart_image below --files"


class LrvInstruction(Published):
    """Questions about Visual Genome's pictures, half of them about what is not there, written and answered by GPT-4.

    All questions of a picture are one sample; ``meta.task`` says of each what it is, such as ``negative``. In the
    configurations with boxes, ``X:105 Y:350 Width:258 Height:258`` in the text becomes a region in pixels.
    """

    entry: ClassVar[Entry] = Entry(
        title="LRV-Instruction",
        homepage="https://github.com/FuxiaoLiu/LRV-Instruction",
        paper="https://arxiv.org/abs/2306.14565",
        citation="Liu et al. 2023",
        phase="instruct",
        tasks=("vqa", "hallucination", "grounding", "chart"),
        configs=(
            ("instruction", "cleaned by hand, without coordinates"),
            ("instruction-boxes", "the same with coordinates in the text"),
            ("more", "180,000 more, without coordinates"),
            ("more-boxes", "the same with coordinates in the text"),
            ("chart", "questions about charts"),
        ),
        splits=(Split(name="train", note="one sample per picture; about 320,000 questions in all"),),
        annotations=Terms(
            name="BSD-3-Clause",
            commercial="unclear",
            conditions="of the repository; the terms of OpenAI, whose model wrote it",
        ),
        images=Terms(name="CC-BY-4.0", commercial="yes", conditions="Visual Genome; those of chart are unclear"),
        generator="GPT-4",
        generator_terms=GENERATOR_TERMS,
        by_hand="; ".join(
            [
                "Google Drive files, saved under these names: "
                + ", ".join(f"{file} as lrv_{config}.json" for config, file in _DRIVE.items()),
                "pictures as image/ID.jpg (file 1k9MNV-ImEV9BYEOeLEIb4uGEUZjd3QbM), else they are got of Visual Genome",
                f"for chart {_CHARTS}",
            ]
        ),
        repos=("VictorSanh/LrvInstruction",),
        problems=(
            Problem(
                what="VictorSanh/LrvInstruction on the Hub is an older version behind a loading script",
                treatment="not used: files of Google Drive are read",
            ),
            Problem(
                what="the root is a list, or an object with annotations",
                treatment="both are read",
            ),
            Problem(
                what="coordinates in the text are x, y, width, height in pixels of the picture",
                treatment="configurations with boxes make regions of them; prefer those without",
            ),
            Problem(what="answers such as 'There is no mention of' sound as if of a caption", treatment="kept"),
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("rows",)
    marks: ClassVar[tuple[str, ...]] = ("vqa", "hallucination")
    fills: ClassVar[frozenset[str]] = frozenset({"annotations"})

    dataset: Literal["lrv-instruction"] = "lrv-instruction"
    config: str | None = "instruction"

    @cached_property
    def table(self) -> Gathered:
        name = self.config or "instruction"
        how = f"download Google Drive file {_DRIVE[name]} and save it under this name"
        part = ByHand(f"lrv_{name}.json", how)
        at = () if _is_list(brought(part, self.folder)) else ("annotations",)
        return Gathered((Side("rows", part, "image_id", at, needs=("question", "answer")),), self.folder)

    @cached_property
    def store(self) -> Store:
        if self.config == "chart":
            return GotByHand(self.folder / "chart_image" if self.folder else None, _CHARTS)
        own = self.folder / "image" if self.folder else None
        if own and own.is_dir():
            return GotByHand(own, "it is not in image below --files")
        return vg_pictures(self.folder, self.limit)

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterator[Wanted]:
        yield self.store, self._name(row)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self._picture(row)])
        talk = Talk(album.rest(), tags=["chart"] if self.config == "chart" else [])
        for one in row["rows"]:
            talk.ask(string(one, "question"))
            talk.answer(string(one, "answer"))
        sample = self.made(place, album, talk.spoken(), metas_of(row["rows"], _USED))
        lrv = DIALECTS["lrv"]
        if not any(may_hold(lrv, text) for text in sample.texts()):
            return sample
        return with_regions(replace(sample, tags=(*sample.tags, "grounding")), lrv)

    def _picture(self, row: Row) -> Image:
        image = self.picture(self.store, self._name(row))
        family = "lrv-chart" if self.config == "chart" else "vg"
        return replace(image, id=f"{family}:{row['rows'][0]['image_id']}")

    def _name(self, row: Row) -> str:
        return f"{row['rows'][0]['image_id']}.{'png' if self.config == 'chart' else 'jpg'}"


def _is_list(path: Path) -> bool:
    with path.open("rb") as file:
        skip_mark(file)
        return file.read(1 << 16).lstrip().startswith(b"[")
