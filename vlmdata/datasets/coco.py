"""COCO's captions and instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from vlmdata.datasets.coco_index import coco_index
from vlmdata.datasets.coco_marks import annotation
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken, as_json, captioned, meta_of
from vlmdata.datasets.files import NamedPictures, Place
from vlmdata.datasets.pictures import identity
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.json_rows import row_object
from vlmdata.io.row_index import RowIndex
from vlmdata.types import Annotation, Commercial, License, Sample


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
        entry = row_object(record["image"])
        image = self.folder(place.file).image(_file_name(entry))
        license_name, commercial = _terms(record["license"])
        album = Album([replace(image, id=self._identity(entry), license=license_name)])
        captions, marks, beside = _sorted(record["annotations"])
        said = captioned(captions, album.rest()) if captions else Spoken()
        tags = (*said.tags, "detection") if marks else said.tags
        sample = self.made(place, album, replace(said, tags=tags), {**meta_of(entry, {"file_name"}), **beside})
        return replace(sample, annotations=tuple(marks), license=License(images=license_name, commercial=commercial))

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


def _sorted(entries: list[dict[str, Any]]) -> tuple[list[str], list[Annotation], dict[str, Any]]:
    """Captions, marks, and what of the marks goes to ``meta``; all in the order of the file."""
    captions: list[str] = []
    marks: dict[str, Annotation] = {}
    beside: dict[str, Any] = {}
    for item in entries:
        entry = row_object(item["raw"])
        if "caption" in entry:
            if not isinstance(entry["caption"], str):
                raise BadRecord("bad_field", f"a caption is a string, not {type(entry['caption']).__name__}")
            captions.append(entry["caption"])
            continue
        mark = str(entry.get("id", len(marks)))[:40]
        while mark in marks:
            mark += "-again"
        marks[mark] = annotation(entry, mark, _label(item["category"]))
        if entry.get("iscrowd"):
            beside.setdefault("iscrowd", []).append(mark)
        if isinstance(entry.get("area"), int | float):
            beside.setdefault("area", {})[mark] = as_json(entry["area"])
    return captions, list(marks.values()), beside


def _label(raw: bytes | None) -> str | None:
    name = row_object(raw).get("name") if raw else None
    return name if isinstance(name, str) else None


def _terms(raw: bytes | None) -> tuple[str | None, Commercial]:
    """Name of a licence and whether it allows commercial use of changed pictures, by its address and name.

    COCO's eight: 4 (BY), 5 (BY-SA), 7 (no known restrictions) and 8 (US government) do, 1 to 3 (NC) do not,
    6 (BY-ND) is unclear (big_vision, ``datasets/refcoco``, lists their numbers).
    """
    entry = row_object(raw) if raw else {}
    name, url = str(entry.get("name") or ""), str(entry.get("url") or "").lower()
    words = f"{url} {name.lower()}"
    if not words.strip():
        return None, "unclear"
    if "noncommercial" in words.replace("-", "") or "/by-nc" in url:
        return name or url, "no"
    free = ("/licenses/by/", "/licenses/by-sa/", "/publicdomain/", "flickr.com/commons/usage", "usa.gov/copyright")
    named = ("attribution license", "attribution-sharealike license", "no known copyright", "government work")
    allowed = any(part in url for part in free) or any(part in words for part in named)
    return name or url, "yes" if allowed else "unclear"
