"""What COCO's files say of one image, as a sample: the same for local files and for published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vlmdata.datasets.coco.licenses import terms
from vlmdata.datasets.coco.marks import annotation
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Terms, stricter
from vlmdata.datasets.fields import Spoken, as_json, captioned, meta_of
from vlmdata.datasets.row_reader import Place, RowReader
from vlmdata.datasets.tables.table import Row
from vlmdata.errors import BadRecord
from vlmdata.io.json_rows import row_object
from vlmdata.types import Annotation, Commercial, Image, License, Sample


def coco_row(stored: Mapping[str, Any]) -> Row:
    """A row of ``coco_index``, its JSON read. ``BadRecord`` as ``row_object``.

    ``image`` and ``license`` are entries of those lists, the licence None where there is none; ``annotations`` those
    of the image, and ``labels`` the names of their categories, None where they have none.
    """
    return {
        "image": row_object(stored["image"]),
        "license": row_object(stored["license"]) if stored["license"] else None,
        "annotations": [row_object(one["raw"]) for one in stored["annotations"]],
        "labels": [_label(one["category"]) for one in stored["annotations"]],
    }


def coco_sample(reader: RowReader, place: Place, image: Image, row: Row, annotations: Terms | None = None) -> Sample:
    """A sample of a ``coco_row``: the first caption is said, the others are alternatives; all else is a mark.

    ``annotations`` are the terms of those where they are known. ``iscrowd`` and ``area`` go to ``meta`` by annotation
    id. ``BadRecord``: ``bad_annotation``, ``bad_field``, ``missing_text``.
    """
    entry = row["image"]
    name, commercial = terms(row["license"])
    album = Album([replace(image, license=name)])
    captions, marks, beside = _sorted(row)
    said = captioned(captions, album.rest()) if captions else Spoken()
    tags = (*said.tags, "detection") if marks else said.tags
    sample = reader.made(place, album, replace(said, tags=tags), {**meta_of(entry, {"file_name"}), **beside})
    return replace(sample, annotations=tuple(marks), license=picture_license(reader, name, commercial, annotations))


def picture_license(
    reader: RowReader, name: str | None, commercial: Commercial, annotations: Terms | None = None
) -> License:
    """Terms of a sample with one picture, whose own are known; those of the reader where they are not."""
    whole = stricter(commercial, annotations.commercial) if annotations else commercial
    return replace(reader.license, images=name or reader.license.images, commercial=whole)


def _sorted(row: Row) -> tuple[list[str], list[Annotation], dict[str, Any]]:
    """Captions, marks, and what of the marks goes to ``meta``; all in the order of the file."""
    captions: list[str] = []
    marks: dict[str, Annotation] = {}
    beside: dict[str, Any] = {}
    for entry, label in zip(row["annotations"], row["labels"], strict=True):
        if "caption" in entry:
            if not isinstance(entry["caption"], str):
                raise BadRecord("bad_field", f"a caption is a string, not {type(entry['caption']).__name__}")
            captions.append(entry["caption"])
            continue
        mark = str(entry.get("id", len(marks)))[:40]
        while mark in marks:
            mark += "-again"
        marks[mark] = annotation(entry, mark, label)
        if entry.get("iscrowd"):
            beside.setdefault("iscrowd", []).append(mark)
        if isinstance(entry.get("area"), int | float):
            beside.setdefault("area", {})[mark] = as_json(entry["area"])
    return captions, list(marks.values()), beside


def _label(raw: bytes | None) -> str | None:
    name = row_object(raw).get("name") if raw else None
    return name if isinstance(name, str) else None
