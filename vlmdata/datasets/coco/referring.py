"""Expressions that mean one object of a COCO picture each: how RefCOCO, RefCOCO+ and RefCOCOg are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import field_validator

from vlmdata.datasets.coco.based import CocoBased
from vlmdata.datasets.coco.held_out import REFERRING
from vlmdata.datasets.coco.licenses import license_numbered, terms
from vlmdata.datasets.coco.marks import annotation
from vlmdata.datasets.coco.pickled_refs import not_opened, pickled_refs
from vlmdata.datasets.coco.sample import picture_license
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Wanted
from vlmdata.datasets.release.part import by_hand
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import optional, string, strings, whole
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.hub import HubRepo
from vlmdata.io.json_rows import row_object
from vlmdata.types import Annotation, Box, Image, RegionPart, Sample, Size

LMMS = "lmms"
"""The config that reads copies made for measuring, which hold the pictures."""

PROMPTS = (
    "Where in the picture is this? {expression}",
    "Locate this in the picture: {expression}",
    "Give a box for this: {expression}",
    "Mark what is meant: {expression}",
)

_FILES = {"validation": ("validation", "val"), "testa": ("testA", "test"), "testb": ("testB",)}
_SLACK = 0.5
_NUMBERED = re.compile(r"COCO_train2014_(\d{12})")
_OF_REFER = ("image_id", "sentences", "raw_anns", "raw_image_info", "bbox")
_OF_LMMS = ("image", "answer", "bbox", "file_name")
_KNOWN = {
    *_OF_REFER, "file_name", "split", "raw_sentences", "image_path", "captions", "global_image_id", "anns_id",
}  # fmt: skip


class Referring(CocoBased):
    """One of the three. Subclasses give the entry and the name of the copy for measuring.

    Boxes are read from ``raw_anns`` (x, y, width, height), and have to be those of ``bbox`` (x1, y1, x2, y2). Those
    that reach over the edge by less than a pixel end there.
    """

    lmms_repo: ClassVar[str]
    fills: ClassVar[frozenset[str]] = frozenset({"annotations"})
    marks: ClassVar[tuple[str, ...]] = ("grounding",)

    @field_validator("split", mode="before")
    @classmethod
    def _small(cls, value: object) -> object:
        """``testA``, as papers write it, is ``testa`` here, as names of shards are written."""
        return value.lower() if isinstance(value, str) else value

    @property
    def repo_name(self) -> str:
        return self.lmms_repo if self.config == LMMS else REFERRING[self.dataset]

    @cached_property
    def repository(self) -> HubRepo:
        self._refuse_pickles()
        return super().repository

    @property
    def needed(self) -> tuple[str, ...]:
        return _OF_LMMS if self.config == LMMS else _OF_REFER

    @property
    def subsets(self) -> tuple[str, ...]:
        return () if self.config == LMMS else ("train2014",)

    @cached_property
    def table(self) -> Columnar:
        named = _FILES.get(self.split, (self.split,))
        found = self.matching(*(f"data/{name}-*.parquet" for name in named), *(f"{name}-*.parquet" for name in named))
        return Columnar.on_hub(self.repository, found, self.limit)

    def remarks(self) -> Sequence[str]:
        refs = (not_opened(Path(path.name), self.repo_name) for path in pickled_refs(self.folder))
        return [*super().remarks(), *refs]

    def pictured(self, row: Row) -> tuple[str, int]:
        return "train2014", whole(row, "image_id")

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return () if self.config == LMMS else super().wanted(row)

    def sample(self, row: Row, place: Place) -> Sample:
        return self._of_lmms(row, place) if self.config == LMMS else self._of_refer(row, place)

    def _of_refer(self, row: Row, place: Place) -> Sample:
        drawn, info, said = _object(row, "raw_anns"), _object(row, "raw_image_info"), _sentences(row)
        mark = annotation(drawn, str(row.get("ann_id")), None)
        mark = replace(mark, box=_within(_agreed(mark.box, row["bbox"]), info))
        meta = {**meta_of(info, {"file_name", "id"}), **meta_of(row, _KNOWN), "raw": [one.get("raw") for one in said]}
        texts = [text for one in said if (text := optional(one, "sent"))]
        return self._licensed(self._asked(place, self.shown(row), mark, texts, meta), info)

    def _of_lmms(self, row: Row, place: Place) -> Sample:
        shape = row.get("segmentation")
        mark = annotation({"bbox": row["bbox"], "segmentation": [shape] if shape else None}, "object", None)
        if mark.box is None:
            raise BadRecord("bad_annotation", "the row has no box")
        image = PictureFolder(self.repository.root, self.repository.id).image(row["image"])
        if numbered := _NUMBERED.search(string(row, "file_name")):
            image = replace(image, id=f"coco:{int(numbered[1])}")
        return self._asked(place, image, mark, strings(row, "answer"), meta_of(row, {*_OF_LMMS, "segmentation"}))

    def _asked(self, place: Place, image: Image, mark: Annotation, said: Sequence[str], meta: dict[str, Any]) -> Sample:
        """A question for each expression, the object as the answer: its mark once for each, under that name."""
        if not said:
            raise BadRecord("missing_text", "the object has no expression")
        album = Album([image])
        talk = Talk(album.rest())
        marks = [replace(mark, id=f"e{number}", label=text) for number, text in enumerate(said, 1)]
        prompt = self.prompt(place.key)
        for one, text in zip(marks, said, strict=True):
            talk.ask(prompt.replace("{expression}", text))
            talk.answer((RegionPart((one.id,)),))
        return replace(self.made(place, album, talk.spoken(), meta), annotations=tuple(marks))

    def _licensed(self, sample: Sample, info: dict[str, Any]) -> Sample:
        name, commercial = terms(license_numbered(info.get("license")))
        images = tuple(replace(image, license=name) for image in sample.images)
        whole_license = picture_license(self, name, commercial, self.entry.annotations)
        return replace(sample, images=images, license=whole_license)

    def _refuse_pickles(self) -> None:
        """Say why where refs are all that was given; beside pictures they are left alone."""
        stores = [pictures.store for pictures in self.coco.values()]
        pictures = any(by_hand(one.part, one.files) or set(one.roots) - {one.files} for one in stores)
        if (found := pickled_refs(self.folder)) and not pictures:
            raise InputError(
                f"{self.dataset}: {not_opened(found[0], self.repo_name)}. Leave --files out, or give a folder with "
                "train2014.zip (or train2014/) for the pictures alone"
            )


def _object(row: Row, name: str) -> dict[str, Any]:
    return row_object(string(row, name).encode())


def _sentences(row: Row) -> list[dict[str, Any]]:
    said = row["sentences"] or []
    if not all(isinstance(one, dict) for one in said):
        raise BadRecord("bad_field", f"'sentences' is a list of objects, not {said!r:.60}")
    return list(said)


def _agreed(drawn: Box | None, given: object) -> Box:
    """``drawn``, as published by COCO, if ``given``, of the copy, is the same. ``BadRecord`` ``box_disagrees``."""
    try:
        copied = Box(*given)  # type: ignore[misc]
    except (TypeError, ValueError) as error:
        raise BadRecord("bad_annotation", f"bbox is x1, y1, x2, y2, not {given!r:.60}") from error
    if drawn is None or max(abs(a - b) for a, b in zip(drawn.xyxy, copied.xyxy, strict=True)) > _SLACK:
        raise BadRecord("box_disagrees", f"bbox is {copied.xyxy}, raw_anns has {drawn.xyxy if drawn else None}")
    return drawn


def _within(box: Box, info: dict[str, Any]) -> Box:
    width, height = info.get("width"), info.get("height")
    if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
        return box
    inside = box.clamp(Size(width, height))
    return inside if max(abs(a - b) for a, b in zip(box.xyxy, inside.xyxy, strict=True)) < 1 else box
