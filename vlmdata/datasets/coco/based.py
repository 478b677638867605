"""What published data sets about COCO's pictures have in common: where these are, and which are left out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Self

from pydantic import Field, field_validator, model_validator

from vlmdata.datasets.coco.held_out import HeldOut, HeldOutSet
from vlmdata.datasets.coco.pictures import CocoPictures, coco_pictures
from vlmdata.datasets.coco.table import KARPATHY
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.tables.table import Row
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined
from vlmdata.types import Image


class CocoBased(Published):
    """A data set whose rows are about one picture of COCO each. Subclasses say which, and of which of its folders."""

    without: tuple[HeldOutSet, ...] = Field(
        default=(),
        description="leave out pictures of the validation and test splits of these: refcoco, refcoco+, refcocog, "
        "karpathy (of coco-captions)",
    )

    @field_validator("config", mode="before")
    @classmethod
    def _year(cls, value: object) -> object:
        """``config: 2017`` of a recipe is a number."""
        return str(value) if isinstance(value, int) else value

    @property
    @abstractmethod
    def subsets(self) -> tuple[str, ...]:
        """The folders of COCO that its pictures are in, such as ``train2014``."""

    @abstractmethod
    def pictured(self, row: Row) -> tuple[str, int]:
        """Folder and number of the picture of a row. ``BadRecord`` where it names none."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        if self.without and self.role == "eval":
            raise ValueError(f"without is for training data, and split {self.split!r} is kept for measuring")
        return self

    def whole_parts(self) -> Sequence[Part]:
        return (KARPATHY,) if "karpathy" in self.without else ()

    def digest(self) -> str:
        own = super().digest()
        return combined([own, self.held_out.digest]) if self.without else own

    @cached_property
    def held_out(self) -> HeldOut:
        return HeldOut(self.without, self.folder)

    @cached_property
    def coco(self) -> dict[str, CocoPictures]:
        return {subset: coco_pictures(subset, self.folder, self.limit) for subset in self.subsets}

    def stores(self) -> Sequence[Store]:
        return [pictures.store for pictures in self.coco.values()]

    def wanted(self, row: Row) -> Iterable[Wanted]:
        try:
            return [self._place(row)]
        except BadRecord:
            return ()

    def shown(self, row: Row) -> Image:
        """The picture of a row. ``BadRecord``: ``held_out`` with set and split, and those of ``picture``."""
        return self.picture(*self._place(row))

    def _place(self, row: Row) -> Wanted:
        subset, number = self.pictured(row)
        if self.without and number in self.held_out.pictures:
            raise BadRecord("held_out", self.held_out.pictures[number])
        return self.coco[subset].store, self.coco[subset].name(number)
