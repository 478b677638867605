"""COCO's published JSON as tables: a row for each image, as ``coco_sample.coco_row`` has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vlmdata.datasets.coco.index import coco_index
from vlmdata.datasets.coco.licenses import license_numbered
from vlmdata.datasets.coco.sample import coco_row
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part, Web, label
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Record, Row, Table
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.row_index import RowIndex

_AT = "http://images.cocodataset.org/annotations"
KARPATHY = Web("https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip", "dataset_coco.json")
_LOOKED_AT = 20


def published_json(kind: str, subset: str) -> Web:
    """``captions`` or ``instances`` of ``train2014``, ``val2014``, ``train2017`` or ``val2017``."""
    return Web(f"{_AT}/annotations_trainval{subset[-4:]}.zip", f"annotations/{kind}_{subset}.json")


@dataclass(frozen=True)
class CocoTable(Table):
    """Images with what one or several files, all about the same images, say of them.

    ``expects`` are fields that annotations have. ``InputError`` where none of the first images has one with them.
    """

    parts: tuple[Part, ...]
    expects: tuple[str, ...]
    files: Path | None = None
    _digests: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (label(self.parts[0]),)

    def digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = combined(input_digest(path) for path in self._paths)
        return self._digests[name]

    def rows(self, name: str) -> int:
        index = self._index(name)
        self._check(name, [coco_row(stored) for stored in index.between(0, _LOOKED_AT)])
        return index.rows

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        for stored in self._index(name).between(start, stop):
            try:
                yield coco_row(stored)
            except BadRecord as bad:
                yield bad

    @property
    def _paths(self) -> list[Path]:
        return [brought(part, self.files) for part in self.parts]

    def _index(self, name: str) -> RowIndex:
        return coco_index(self._paths, self.digest(name))

    def _check(self, name: str, first: Sequence[Row]) -> None:
        marks = dict.fromkeys(key for row in first for entry in row["annotations"] for key in entry)
        images = dict.fromkeys(key for row in first for key in row["image"])
        for what, wanted, found in (("image", ("id", "file_name"), images), ("annotation", self.expects, marks)):
            if lacking := next((one for one in wanted if first and one not in found), None):
                raise InputError(
                    f"{name}: no {what} of rows 0 to {len(first) - 1} has a field {lacking!r}; they have "
                    f"{', '.join(found) or 'nothing'}. Has its publisher changed it?"
                )


@dataclass(frozen=True)
class KarpathyTable(Table):
    """Images of some of Karpathy's splits with their captions; the rest comes from COCO's own files of 2014."""

    splits: tuple[str, ...]
    files: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self._sides.names

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(side.part for side in self._sides.sides)

    def digest(self, name: str) -> str:
        return self._sides.digest(name)

    def rows(self, name: str) -> int:
        return self._sides.rows(name)

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        for row in self._sides.records(name, start, stop):
            yield row if isinstance(row, BadRecord) else _of_karpathy(row)

    @cached_property
    def _sides(self) -> Gathered:
        needs = ("cocoid", "filepath", "sentences", "split")
        chosen = Side("chosen", KARPATHY, "cocoid", ("images",), needs=needs, only=("split", *self.splits))
        known = [
            Side(subset, published_json("captions", subset), "id", ("images",)) for subset in ("train2014", "val2014")
        ]
        return Gathered((chosen, *known), self.files)


def _of_karpathy(row: Row) -> Record:
    chosen: dict[str, Any] = row["chosen"][0]
    known: dict[str, Any] = next(iter((*row["train2014"], *row["val2014"])), {})
    said = chosen.get("sentences")
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        return BadRecord("bad_field", f"'sentences' is a list of objects, not {said!r:.60}")
    beside = {name: chosen[name] for name in ("filepath", "imgid", "split", "sentids") if name in chosen}
    return {
        "image": {**known, "id": chosen["cocoid"], **beside},
        "license": license_numbered(known.get("license")),
        "annotations": [{"caption": one.get("raw")} for one in said],
        "labels": [None] * len(said),
    }
