"""COCO Captions: five people's captions of each picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.coco.based import CocoBased
from vlmdata.datasets.coco.licenses import COCO_ANNOTATIONS, COCO_PICTURES
from vlmdata.datasets.coco.sample import coco_sample
from vlmdata.datasets.coco.table import CocoTable, KarpathyTable, published_json
from vlmdata.datasets.entry import Entry, Problem, Split
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import whole
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_FOLDERS = {"train": "train", "validation": "val"}
_KARPATHY = {"train": ("train", "restval"), "restval": ("restval",), "validation": ("val",), "test": ("test",)}


class CocoCaptions(CocoBased):
    """COCO's photographs with about five captions each, written by people.

    A sample is a picture: its first caption is said, the others are alternatives. Each picture bears its own licence.
    Config ``karpathy`` is the split that captioning is measured on; its train is train and restval together, as
    everyone trains on both, and ``meta.split`` tells them apart.
    """

    entry: ClassVar[Entry] = Entry(
        title="COCO Captions",
        homepage="https://cocodataset.org",
        paper="https://arxiv.org/abs/1504.00325",
        citation="Chen et al. 2015",
        phase="pretrain",
        tasks=("caption",),
        configs=(
            ("2017", "train2017 and val2017"),
            ("2014", "train2014 and val2014"),
            ("karpathy", "the split of Karpathy and Fei-Fei 2015 over the pictures of 2014"),
        ),
        splits=(
            Split(name="train", rows=118_287, config="2017", note="pictures; 591,753 captions"),
            Split(name="validation", rows=5_000, config="2017", note="pictures; 25,014 captions"),
            Split(name="train", rows=82_783, config="2014", note="pictures; 414,113 captions"),
            Split(name="validation", rows=40_504, config="2014", note="pictures; 202,654 captions"),
            Split(name="train", rows=113_287, config="karpathy", note="pictures; restval is in it; 566,747 captions"),
            Split(name="restval", rows=30_504, config="karpathy", note="pictures, of val2014"),
            Split(name="validation", rows=5_000, config="karpathy", note="pictures; 25,010 captions"),
            Split(name="test", rows=5_000, config="karpathy", role="eval", note="pictures; 25,010 captions"),
        ),
        annotations=COCO_ANNOTATIONS,
        images=COCO_PICTURES,
        revision="2017",
        repos=(
            "lmms-lab/COCO-Caption",
            "lmms-lab-encoder/COCO-Caption",
            "lmms-lab/COCO-Caption2017",
            "lmms-lab-encoder/COCO-Caption2017",
            "yerevann/coco-karpathy",
            "bitmind/MS-COCO",
            "bitmind/MS-COCO-unique",
            "HuggingFaceM4/COCO",
        ),
        problems=(
            Problem(
                what="the test pictures of karpathy are in train2017 and in val2014",
                treatment="'without: [karpathy]' leaves its validation and test pictures out of the other configs",
            ),
            Problem(
                what="all pictures of RefCOCO, RefCOCO+ and RefCOCOg, those for measuring too, are in train2014",
                treatment="'without: [refcoco, refcoco+, refcocog]' leaves those of their validation and test out",
            ),
            Problem(what="a copy of karpathy on the Hub has other counts", treatment="the original file is read"),
            Problem(
                what="the file of karpathy names no licences", treatment="they are looked up in the captions of 2014"
            ),
            Problem(what="captions end in blanks and line breaks", treatment="blanks around a caption go"),
            Problem(what="some pictures are greyscale or CMYK", treatment="converted by the pixel policy"),
        ),
        prompts=("Describe the picture in one sentence.", "Write a short caption for the picture.", "What is shown?"),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("image", "annotations")
    marks: ClassVar[tuple[str, ...]] = ("caption",)

    dataset: Literal["coco-captions"] = "coco-captions"
    config: str = "2017"

    @cached_property
    def table(self) -> CocoTable | KarpathyTable:
        if self.config == "karpathy":
            return KarpathyTable(_KARPATHY[self.split], self.folder)
        return CocoTable((published_json("captions", self.subsets[0]),), ("caption",), self.folder)

    def whole_parts(self) -> Sequence[Part]:
        return (*self.table.parts, *super().whole_parts())

    @property
    def subsets(self) -> tuple[str, ...]:
        if self.config == "karpathy":
            return ("train2014", "val2014") if self.split == "train" else ("val2014",)
        return (f"{_FOLDERS[self.split]}{self.config}",)

    def pictured(self, row: Row) -> tuple[str, int]:
        folder = row["image"].get("filepath") if self.config == "karpathy" else self.subsets[0]
        if folder not in self.subsets:
            raise BadRecord("bad_field", f"'filepath' is one of {', '.join(self.subsets)}, not {folder!r:.40}")
        return folder, whole(row["image"], "id")

    def sample(self, row: Row, place: Place) -> Sample:
        sample = coco_sample(self, place, self.shown(row), row, self.entry.annotations)
        if not sample.messages:
            raise BadRecord("missing_text", "the picture has no caption")
        return sample
