"""COCO's pictures by number, as other data sets refer to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vlmdata.datasets.release.part import Web
from vlmdata.datasets.release.pictures import Archived

_ZIPS = "http://images.cocodataset.org/zips"
SPARSE = 2_000
"""Up to so many pictures ranges of a zip are read; for more it is downloaded."""


@dataclass(frozen=True, eq=False)
class CocoPictures:
    """One folder of COCO's, such as ``train2014``: a zip on its server, or that or its folder got by hand."""

    subset: str
    store: Archived

    def name(self, number: int) -> str:
        """``train2014/COCO_train2014_000000000009.jpg``; from 2017 on ``train2017/000000000009.jpg``."""
        prefix = "" if self.subset.endswith("2017") else f"COCO_{self.subset}_"
        return f"{self.subset}/{prefix}{number:012d}.jpg"


def coco_pictures(subset: str, files: Path | None, limit: int | None) -> CocoPictures:
    """The pictures of ``train2014``, ``val2014``, ``test2015``, ``train2017``, ``val2017`` or ``test2017``."""
    sparse = limit is not None and limit <= SPARSE
    store = Archived(Web(f"{_ZIPS}/{subset}.zip"), files, ("coco", "."), sparse)
    return CocoPictures(subset, store)
