"""COCO's instances and their pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from vlmdata.errors import BadRecord
from vlmdata.shards.exports.base import RowExport, is_clip
from vlmdata.shards.exports.coco_marks import instance
from vlmdata.shards.exports.files import JsonList, PictureFiles, TextFile, as_json, text_file
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record

_UNNAMED = "object"
_COPIED = 1 << 20


class Coco(RowExport):
    """COCO's ``instances_SPLIT.json`` with the pictures as files.

    Every picture of a sample is an image with its annotations; ``file_name`` is relative to ``images/``. Numbers of
    images, annotations, categories and licences begin at 1, in the order of their first use; an annotation without a
    label is an ``object``. ``key``, ``dataset`` and ``source`` stand beside each image, ``text`` beside annotations
    that have one. Marks without a box, a polygon or a mask, and conversations, have no place in it. Source of the
    form: cocodataset.org/#format-data.
    """

    name = "coco"
    takes_regions = True

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Rows]:
        with text_file(out, f"instances_{split}.json", tally) as file, TemporaryFile("w+", dir=out) as aside:
            file.write('{"info": ' + as_json({"description": given.manifest.name}) + ',\n"images": ')
            rows = _Rows(file, aside, PictureFiles(out, split), tally)
            yield rows
            rows.finish()


class _Rows:
    """Images go to the file; annotations aside, for they come behind all images."""

    def __init__(self, file: TextFile, aside: IO[str], pictures: PictureFiles, tally: Tally) -> None:
        self._file = file
        self._aside = aside
        self._pictures = pictures
        self._tally = tally
        self._images = JsonList(file)
        self._marks = JsonList(aside)
        self._categories: dict[str, int] = {}
        self._licenses: dict[str, int] = {}

    def add(self, record: Record) -> None:
        _check(record)
        files = self._pictures.save(record)
        first = self._images.rows + 1
        for info, file in zip(record["image_info"], files, strict=True):
            self._images.add(self._image(record, info, file))
        crowds = json.loads(record["meta"] or "{}").get("iscrowd") or ()
        for mark in record.get("annotations") or ():
            self._add_mark(mark, first + mark["image_index"], mark["id"] in crowds)

    def finish(self) -> None:
        self._images.close()
        self._file.write(',\n"annotations": ')
        self._marks.close()
        self._aside.seek(0)
        while text := self._aside.read(_COPIED):
            self._file.write(text)
        for section, numbers in (("categories", self._categories), ("licenses", self._licenses)):
            rows = [{"id": number, "name": name} for name, number in numbers.items()]
            self._file.write(f',\n"{section}": {as_json(rows)}')
        self._file.write("}\n")

    def _image(self, record: Record, info: Record, file: str) -> Record:
        image = {
            "id": self._images.rows + 1,
            "file_name": str(PurePosixPath(*PurePosixPath(file).parts[1:])),
            "width": info["width"],
            "height": info["height"],
        }
        if terms := info["license"] or record["license"]["images"]:
            image["license"] = _number(self._licenses, terms)
        return image | {"key": record["key"], "dataset": record["dataset"], "source": record["source"]}

    def _add_mark(self, mark: Record, image: int, is_crowd: bool) -> None:
        try:
            body = instance(mark)
        except BadRecord as bad:
            self._tally.note(f"mark_left_out:{bad.reason}")
            return
        self._marks.add(
            {
                "id": self._marks.rows + 1,
                "image_id": image,
                "category_id": _number(self._categories, mark["label"] or _UNNAMED),
                "iscrowd": int(is_crowd),
                **body,
            }
        )


def _number(numbers: dict[str, int], name: str) -> int:
    return numbers.setdefault(name, len(numbers) + 1)


def _check(record: Record) -> None:
    """``BadRecord``: ``no_picture``, ``clip``."""
    if not record["image_info"]:
        raise BadRecord("no_picture", "COCO is about pictures")
    if any(is_clip(info) for info in record["image_info"]):
        raise BadRecord("clip", "COCO takes no video")
