"""COCO's captions and instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from vlmdata.datasets.coco.index import coco_index
from vlmdata.datasets.coco.sample import coco_row, coco_sample
from vlmdata.datasets.formats.files import NamedPictures
from vlmdata.datasets.pictures import identity
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.row_index import RowIndex
from vlmdata.types import Sample


class Coco(NamedPictures):
    """COCO's instances or captions with an image folder: one sample per image, with its boxes and captions.

    ``path`` is the JSON of either; ``captions`` joins the second one to it. The first caption is the answer, the
    others are alternatives. Boxes are float pixels; polygons and run-length masks come along; ``iscrowd`` and
    ``area`` go to ``meta`` by annotation id. A picture's licence is its own: commercial use is ``yes`` where it
    is CC BY, CC BY-SA, public domain, of no known restriction or a work of the US government.
    """

    format: Literal["coco"] = "coco"
    captions: str | None = Field(default=None, description="captions JSON for the images of an instances JSON")

    fills = frozenset({"annotations", "alternatives"})
    suffixes = (".json",)

    @cached_property
    def files(self) -> dict[str, Path]:
        for path in self._sources:
            if not path.is_file():
                raise InputError(f"{path} is not a file; coco reads a JSON such as annotations/instances_val2017.json")
        return {self.root.name: self.root}

    @property
    def _sources(self) -> list[Path]:
        return [self.root] if self.captions is None else [self.root, self.located(self.captions)]

    def digest_of(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = combined(input_digest(path) for path in self._sources)
        return self._digests[name]

    def rows(self, name: str) -> int:
        return self._index(name).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[dict[str, Any]]:
        return self._index(name).between(start, stop)

    def sample_of(self, record: dict[str, Any], place: Place) -> Sample:
        row = coco_row(record)
        image = self.folder(place.file).image(_file_name(row["image"]))
        return coco_sample(self, place, replace(image, id=self._identity(row["image"])), row)

    def _index(self, name: str) -> RowIndex:
        return coco_index(self._sources, self.digest_of(name))

    def _identity(self, entry: Mapping[str, Any]) -> str | None:
        """``coco:ID`` for pictures of COCO itself, which other data sets share; data in its format has its own ids."""
        number, name, url = entry.get("id"), entry.get("file_name"), str(entry.get("coco_url"))
        if not isinstance(number, int | str):
            return None
        published = "cocodataset.org/" in url or "mscoco.org/" in url or identity(name) or _is_numbered(name, number)
        return f"{'coco' if published else self.title}:{number}"


def _is_numbered(name: object, number: int | str) -> bool:
    """Whether a file is called as COCO 2017 calls image ``number``."""
    return isinstance(number, int) and isinstance(name, str) and Path(name).name == f"{number:012d}.jpg"


def _file_name(entry: Mapping[str, Any]) -> str:
    name, url = entry.get("file_name"), entry.get("coco_url")
    if isinstance(name, str) and name:
        return name
    if isinstance(url, str) and url:
        return url.rpartition("/")[2]
    raise BadRecord("missing_field", "the image has no 'file_name'")
