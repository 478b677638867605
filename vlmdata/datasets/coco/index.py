"""COCO's annotations, grouped by image on disk.

The files list all images, then all annotations in any order. They are streamed once into a temporary SQLite
file, which joins them without holding them in memory, and go on to an Arrow index with one row per image.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vlmdata.errors import InputError, StorageError
from vlmdata.io.cache import indexes
from vlmdata.io.json_stream import Element, section_elements
from vlmdata.io.row_index import Row, RowIndex, row_index

_VERSION = 1

_TABLES = """
CREATE TABLE images (number INTEGER PRIMARY KEY, id TEXT UNIQUE, license TEXT, raw BLOB);
CREATE TABLE annotations (image TEXT, category TEXT, raw BLOB);
CREATE TABLE categories (id TEXT UNIQUE, raw BLOB);
CREATE TABLE licenses (id TEXT UNIQUE, raw BLOB);
"""
_INSERTS = {
    "images": ("INSERT OR IGNORE INTO images (id, license, raw) VALUES (?, ?, ?)", ("id", "license")),
    "annotations": ("INSERT INTO annotations VALUES (?, ?, ?)", ("image_id", "category_id")),
    "categories": ("INSERT OR IGNORE INTO categories VALUES (?, ?)", ("id",)),
    "licenses": ("INSERT OR IGNORE INTO licenses VALUES (?, ?)", ("id",)),
}
_JOIN = """
SELECT images.number, images.raw, licenses.raw, annotations.raw, categories.raw
FROM images
LEFT JOIN licenses ON licenses.id = images.license
LEFT JOIN annotations ON annotations.image = images.id
LEFT JOIN categories ON categories.id = annotations.category
ORDER BY images.number, annotations.rowid
"""


def coco_index(paths: Sequence[Path], digest: str) -> RowIndex:
    """One row per image: ``image``, ``license`` (raw JSON) and ``annotations`` (``raw`` and ``category``, raw JSON).

    Several files are one: instances and captions of the same images join by image id. ``InputError`` where a
    file is malformed or has no ``images``.
    """
    import pyarrow as pa

    mark = pa.struct([("raw", pa.binary()), ("category", pa.binary())])
    schema = pa.schema([("image", pa.binary()), ("license", pa.binary()), ("annotations", pa.list_(mark))])
    return row_index(f"coco-v{_VERSION}-{digest}", schema, lambda: _grouped(paths))


def _grouped(paths: Sequence[Path]) -> Iterator[Row]:
    with TemporaryDirectory(dir=indexes(), prefix=".coco-") as folder:
        base = sqlite3.connect(Path(folder, "join"))
        try:
            _fill(base, paths)
            yield from _joined(base)
        except sqlite3.OperationalError as error:
            raise StorageError(f"cannot sort {paths[0]} in {folder}: {error}") from error
        finally:
            base.close()


def _fill(base: sqlite3.Connection, paths: Sequence[Path]) -> None:
    base.execute("PRAGMA journal_mode = OFF")
    base.execute("PRAGMA synchronous = OFF")
    base.executescript(_TABLES)
    for path in paths:
        found = False
        for section, element in section_elements(path):
            found = found or section == "images"
            if section in _INSERTS:
                statement, names = _INSERTS[section]
                base.execute(statement, (*(_identity(element, name) for name in names), element.raw))
        if not found:
            raise InputError(f"{path} is not of format coco: it has no list 'images'")
    base.execute("CREATE INDEX by_image ON annotations (image)")


def _joined(base: sqlite3.Connection) -> Iterator[Row]:
    for _, rows in groupby(base.execute(_JOIN), key=itemgetter(0)):
        group = list(rows)
        marks = [{"raw": raw, "category": category} for *_, raw, category in group if raw is not None]
        yield {"image": group[0][1], "license": group[0][2], "annotations": marks}


def _identity(element: Element, name: str) -> str | None:
    """An id as text, so that 7 and "7" stay two; None where there is none."""
    value: Any = element.value.get(name) if isinstance(element.value, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value) if isinstance(value, int | str) else None
