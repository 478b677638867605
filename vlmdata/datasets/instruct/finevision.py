"""FineVision: some two hundred data sets in one form, rated."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.instruct.the_cauldron import Turns
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.errors import InputError


class FineVision(Turns):
    """One of 185 data sets by name, in one form, all questions of a picture in one row, each turn rated by models.

    ``config`` is the name of one of them as its folder on the Hub has it, such as ``vistext(cauldron)``. Ratings
    (1 to 5, per turn) and their least go to ``meta``: ``filter.expr`` sees ``relevance_min``.
    """

    entry: ClassVar[Entry] = Entry(
        title="FineVision",
        homepage="https://huggingface.co/datasets/HuggingFaceM4/FineVision",
        paper="https://arxiv.org/abs/2510.17269",
        citation="Wiedmann et al. 2025",
        phase="instruct",
        tasks=(
            "vqa",
            "caption",
            "reasoning",
            "grounding",
            "ocr",
            "document",
            "chart",
            "table",
            "gui",
            "math",
            "science",
            "text",
        ),
        languages=("en", "zh"),
        splits=(Split(name="train", note="24.3 million rows and 17.3 million pictures in all, about 5 TB"),),
        annotations=Terms(name="of each source", commercial="unclear", conditions="each of the 185 keeps its licence"),
        images=Terms(name="of each source", commercial="unclear", conditions="each of the 185 keeps its licence"),
        generator="several, by source; ratings by Qwen3-32B and Qwen2.5-VL-32B-Instruct",
        generator_terms="those of each source; Apache-2.0 of the raters",
        repos=("HuggingFaceM4/FineVision",),
        problems=(
            Problem(what="columns and fields stand in another order in each part", treatment="they are taken by name"),
            Problem(what="images is null in rows of text alone", treatment="kept without a picture, tagged text"),
            Problem(what="some turns have no rating", treatment="kept; the rating is null in meta"),
            Problem(
                what="a few texts have a stray <image> at an end, though pictures are not placed by markers",
                treatment="the marker is taken away",
            ),
            Problem(
                what="its publishers found training on all of it better than on what is rated high",
                treatment="nothing is filtered",
            ),
            Problem(
                what="it holds pictures of evaluation sets (SSCD similarity above 0.95 to 66 of them)",
                treatment="said; decontaminate before you measure",
            ),
        ),
    )
    repo: ClassVar[str | None] = "HuggingFaceM4/FineVision"

    dataset: Literal["finevision"] = "finevision"

    @model_validator(mode="after")
    def _known(self) -> Self:
        """Its configurations are listed on the Hub, and looked for there."""
        if self.entry.split(self.split, None) is None:
            raise ValueError(f"there is no split {self.split!r}; known are {', '.join(self.entry.split_names)}")
        if not self.config:
            raise ValueError(f"needs a config: one of the folders of {self.entry.homepage}/tree/main")
        return self

    @cached_property
    def table(self) -> Columnar:
        found = self.files_of(self.config or "")
        if not found:
            known = sorted({path.partition("/")[0] for path in self.listing if path.endswith(".parquet")})
            raise InputError(
                f"{self.dataset}: there is no config {self.config!r}; {self.repository.id} has {', '.join(known)}"
            )
        return Columnar.on_hub(self.repository, found, self.limit)
