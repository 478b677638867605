"""COCO's instances: every object of 80 kinds, with box and outline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.coco.based import CocoBased
from vlmdata.datasets.coco.licenses import COCO_ANNOTATIONS, COCO_PICTURES
from vlmdata.datasets.coco.sample import coco_sample
from vlmdata.datasets.coco.table import CocoTable, published_json
from vlmdata.datasets.entry import Entry, Problem, Split
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import whole
from vlmdata.types import Sample

_FOLDERS = {"train": "train", "validation": "val"}


class CocoInstances(CocoBased):
    """All objects of 80 kinds in COCO's photographs, each with its box and outline.

    A sample is a picture with its annotations and no conversation: ``boxes.to_turns`` makes questions of them. With
    ``captions`` those of COCO Captions are said. Outlines are polygons, those of crowds run-length masks;
    ``meta.iscrowd`` names crowds, whose one box holds many. A few pictures have no objects.
    """

    entry: ClassVar[Entry] = Entry(
        title="COCO instances",
        homepage="https://cocodataset.org",
        paper="https://arxiv.org/abs/1405.0312",
        citation="Lin et al. 2014",
        phase="task",
        tasks=("detection", "grounding"),
        configs=(("2017", "train2017 and val2017"), ("2014", "train2014 and val2014")),
        splits=(
            Split(name="train", rows=118_287, config="2017", note="pictures; 860,001 objects"),
            Split(name="validation", rows=5_000, config="2017", role="eval", note="pictures; 36,781 objects"),
            Split(name="train", rows=82_783, config="2014", note="pictures; 604,907 objects"),
            Split(name="validation", rows=40_504, config="2014", note="pictures; 291,875 objects"),
        ),
        annotations=COCO_ANNOTATIONS,
        images=COCO_PICTURES,
        revision="2017",
        repos=("detection-datasets/coco",),
        problems=(
            Problem(
                what="all pictures of RefCOCO, RefCOCO+ and RefCOCOg, those for measuring too, are in train2014",
                treatment="'without: [refcoco, refcoco+, refcocog]' leaves those of their validation and test out",
            ),
            Problem(
                what="val2017, which detection is measured on, is a part of val2014",
                treatment="validation of config 2017 is evaluation data; train on train2017, or on train2014",
            ),
            Problem(
                what="one box stands for a whole crowd", treatment="its id is in meta.iscrowd; its outline is a mask"
            ),
            Problem(what="some boxes reach a little over the edge", treatment="kept; clean.boxes cuts them"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"annotations", "alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("image", "annotations")

    dataset: Literal["coco-instances"] = "coco-instances"
    config: str = "2017"
    captions: bool = Field(default=False, description="whether the captions of each picture come along")

    def columns(self) -> frozenset[str]:
        return self.fills if self.captions else frozenset({"annotations"})

    @cached_property
    def table(self) -> CocoTable:
        kinds = ("instances", "captions") if self.captions else ("instances",)
        expects = ("bbox", "category_id", "segmentation", *(("caption",) if self.captions else ()))
        return CocoTable(tuple(published_json(kind, self.subsets[0]) for kind in kinds), expects, self.folder)

    def whole_parts(self) -> Sequence[Part]:
        return (*self.table.parts, *super().whole_parts())

    @property
    def subsets(self) -> tuple[str, ...]:
        return (f"{_FOLDERS[self.split]}{self.config}",)

    def pictured(self, row: Row) -> tuple[str, int]:
        return self.subsets[0], whole(row["image"], "id")

    def sample(self, row: Row, place: Place) -> Sample:
        return coco_sample(self, place, self.shown(row), row, self.entry.annotations)
