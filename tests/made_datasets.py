"""Two small published data sets that exist nowhere: photographs under many licences, and an exam."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar, Literal

import pytest
from pydantic import Field

from vlmdata.datasets import DATASETS
from vlmdata.datasets.base import Dataset
from vlmdata.datasets.entry import Entry, Split, Terms
from vlmdata.types import (
    Commercial,
    Image,
    ImagePart,
    License,
    Message,
    Origin,
    Partition,
    Rejected,
    Sample,
    TextPart,
)

PICTURES: tuple[tuple[str | None, Commercial], ...] = (
    ("CC-BY-2.0", "yes"),
    ("CC BY-NC 2.0", "no"),
    (None, "unclear"),
    ("No known copyright restrictions", "yes"),
)
ROWS = 40
BAD = 7
"""Every row of this number in ten is rejected."""


@cache
def picture(shade: int) -> bytes:
    from PIL import Image as Picture

    buffer = io.BytesIO()
    Picture.new("RGB", (32, 24), (shade, 255 - shade, 77)).save(buffer, "JPEG")
    return buffer.getvalue()


class Made(Dataset):
    """Rows made when they are read; ``present`` of them, whatever is published."""

    present: int = Field(default=ROWS, gt=0)

    def digest(self) -> str:
        return f"{self.dataset}/{self.split}/{self.present}"

    def partitions(self) -> Sequence[Partition]:
        half = self.present // 2
        return [Partition("one", 0, half), Partition("two", 0, self.present - half)]

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        first = 0 if partition.file == "one" else self.present // 2
        return (self.row(first + row) for row in range(partition.start, partition.stop))

    def row(self, number: int) -> Sample | Rejected:
        key = f"{self.dataset}-{self.split}-{number:04d}"
        if number % 10 == BAD:
            return Rejected(key, f"{self.split}#{number}", "missing_field", "no caption")
        name, commercial = PICTURES[number % len(PICTURES)]
        terms = self.entry.license
        return Sample(
            key=key,
            origin=Origin(dataset=self.dataset, source=f"{self.split}#{number}", split=self.split),
            images=(Image(data=picture(number), id=f"made:{number}", license=name),),
            messages=(Message("user", (ImagePart(0),)), Message("assistant", (TextPart(f"number {number}"),))),
            license=License(annotations=terms.annotations, images=name or terms.images, commercial=commercial),
        )

    def remarks(self) -> Sequence[str]:
        return (f"all of {self.split} is read to take a part of it",) if self.limit else ()


class Photos(Made):
    """Photographs, each with the licence its photographer chose."""

    entry: ClassVar[Entry] = Entry(
        title="Photos of Nothing",
        homepage="https://photos.example",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", rows=ROWS), Split(name="test", rows=10, role="eval")),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=Terms(name="chosen by each photographer", commercial="unclear"),
        revision="2024-01",
        citation="Nobody et al. 2024",
    )

    dataset: Literal["photos"] = "photos"


class Exam(Made):
    """Questions that measure a model; its samples do not say so themselves."""

    entry: ClassVar[Entry] = Entry(
        title="Exam",
        homepage="https://exam.example",
        phase="eval",
        tasks=("vqa",),
        splits=(Split(name="train"),),
        annotations=Terms(name="MIT", commercial="yes"),
        images=Terms(name="MIT", commercial="yes"),
    )

    dataset: Literal["exam"] = "exam"


class Questions(Made):
    """Questions and answers about photographs."""

    entry: ClassVar[Entry] = Entry(
        title="Questions",
        homepage="https://questions.example",
        phase="task",
        tasks=("vqa",),
        splits=(Split(name="train"),),
        annotations=Terms(name="MIT", commercial="yes"),
        images=Terms(name="MIT", commercial="yes"),
    )

    dataset: Literal["questions"] = "questions"


def register(patch: pytest.MonkeyPatch) -> None:
    """Put them into the catalogue."""
    for kind in (Photos, Exam, Questions):
        name = str(kind.model_fields["dataset"].default)
        patch.setitem(DATASETS, name, f"{kind.__module__}:{kind.__name__}")
