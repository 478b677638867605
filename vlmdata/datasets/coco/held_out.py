"""Pictures of COCO that data sets made of it keep for measuring, by number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from vlmdata.datasets.coco.table import KARPATHY
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.errors import InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.hub import listed, pinned
from vlmdata.io.json_stream import elements_at
from vlmdata.io.row_index import row_index

HeldOutSet = Literal["refcoco", "refcoco+", "refcocog", "karpathy"]

REFERRING = MappingProxyType(
    {"refcoco": "jxu124/refcoco", "refcoco+": "jxu124/refcocoplus", "refcocog": "jxu124/refcocog"}
)
"""Repositories with the expressions of all splits, as Parquet."""

_COLUMNS = ("image_id", "split")
_FOR_TRAINING = frozenset({"train", "restval"})
_VERSION = 1


@dataclass(frozen=True)
class HeldOut:
    """Pictures in a validation or test split of these sets. Of their tables two columns are read, by ranges."""

    sets: tuple[HeldOutSet, ...]
    files: Path | None = None

    @cached_property
    def digest(self) -> str:
        return combined(part for name in self.sets for part in (name, self._digest_of(name)))

    @cached_property
    def pictures(self) -> dict[int, str]:
        """Set and split of each picture; those of the first where it is in several."""
        import pyarrow as pa

        schema = pa.schema([("picture", pa.int64()), ("split", pa.string())])
        found: dict[int, str] = {}
        for name in self.sets:
            index = row_index(f"held-out-v{_VERSION}-{self._digest_of(name)}", schema, partial(self._rows, name))
            for row in index.between(0, index.rows):
                found.setdefault(row["picture"], f"{name} {row['split']}")
        return found

    def _digest_of(self, name: HeldOutSet) -> str:
        if name == "karpathy":
            return input_digest(self._karpathy)
        return combined(self._tables[name].digest(file) for file in self._tables[name].names)

    def _rows(self, name: HeldOutSet) -> Iterator[dict[str, Any]]:
        """Each picture once for each split that it is held out in."""
        pairs = _of_karpathy(self._karpathy) if name == "karpathy" else _of_tables(self._tables[name])
        for picture, split in dict.fromkeys(pair for pair in pairs if pair[1] not in _FOR_TRAINING):
            yield {"picture": picture, "split": split}

    @cached_property
    def _karpathy(self) -> Path:
        return brought(KARPATHY, self.files)

    @cached_property
    def _tables(self) -> dict[HeldOutSet, Columnar]:
        tables: dict[HeldOutSet, Columnar] = {}
        for name in self.sets:
            if name != "karpathy":
                repo = pinned(REFERRING[name])
                found = [file for path, file in listed(repo).items() if path.endswith(".parquet")]
                tables[name] = Columnar.on_hub(repo, found)
        return tables


def _of_tables(tables: Columnar) -> Iterator[tuple[int, str]]:
    for name, file in tables.files.items():
        with closing(file.opened(tables.digest(name))) as opened:
            known = opened.schema_arrow.names
            if lacking := next((column for column in _COLUMNS if column not in known), None):
                raise InputError(f"{file.shown} has no column {lacking!r}; it has {', '.join(known)}")
            for batch in opened.iter_batches(columns=list(_COLUMNS)):
                yield from ((row["image_id"], row["split"]) for row in batch.to_pylist())


def _of_karpathy(path: Path) -> Iterator[tuple[int, str]]:
    for _, element in elements_at(path, ("images",)):
        yield element.value["cocoid"], element.value["split"]
