"""The TSV files of VLMEvalKit: one question a row, pictures as base64 in its cells."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vlmdata.datasets.release.beginning import beginning
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Web, label
from vlmdata.datasets.tables.table import Record, Row, Table
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import input_digest, number_of
from vlmdata.io.table.made import made_once
from vlmdata.io.tsv_rows import Cells, TsvRows, cells, header_of, rows_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PICTURES = "__pictures__"
"""Where a row keeps the base64 of its pictures, in order."""
HOLDER = "__holder__"
"""Where it keeps the ``index`` of the row that holds them: its own, or that of the row it points to."""

_VERSION = 1
_POINTER = 64
"""Longest value of ``image`` that is the ``index`` of another row (VLMEvalKit, ``ImageBaseDataset.__init__``)."""
_KNOWN = ("index", "image", "image_path", "question", "hint", "answer", "category", "l2-category", "split")
_NOTHING = frozenset({"", "nan", "NaN", "<NA>"})
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


class EvalRows:
    """Rows of a file whose digest is known: its columns by name, empty cells None, the pictures of ``image`` apart.

    A picture that other rows share stands in one of them; their ``image`` is its ``index``. It is looked up by a
    hash of that on disk, so memory does not grow with the file. Columns that VLMEvalKit knows bear its names,
    whatever their capitals (``L2-category``).
    """

    def __init__(self, path: Path, digest: str) -> None:
        self._file = TsvRows(path, digest)
        self._digest = digest
        self.names = _known_names(self._file.names)
        self.rows = self._file.rows

    def between(self, start: int, stop: int) -> Iterator[Record]:
        """Rows ``start`` to ``stop`` (exclusive). ``BadRecord`` as ``TsvRows``, ``missing_file`` for a lost pointer."""
        for found in self._file.between(start, stop):
            try:
                yield self._told(found)
            except BadRecord as bad:
                yield bad

    def _told(self, found: Cells) -> Row:
        row = self._named(found)
        image, holder = row.pop("image", None), row.get("index")
        if image is not None and len(image) <= _POINTER:
            image, holder = self._pointed(image)
        return {**row, PICTURES: _pictures(image) if image else [], HOLDER: holder}

    def _named(self, found: Cells) -> dict[str, str | None]:
        if isinstance(found, BadRecord):
            raise found
        return {
            name: None if (text := cell.strip()) in _NOTHING else text
            for name, cell in zip(self.names, found, strict=True)
        }

    def _pointed(self, index: str) -> tuple[str, str]:
        """The image a row points to, itself perhaps by way of another, and the ``index`` of the row that holds it."""
        seen: set[str] = set()
        image = index
        while len(image) <= _POINTER:
            if image in seen:
                raise BadRecord("missing_file", f"'image' of row {index!r} points in a circle")
            seen.add(image)
            index, image = image, self._image_of(image)
        return image, index

    def _image_of(self, index: str) -> str:
        for number in self._numbered(index):
            row = self._named(next(self._file.between(number, number + 1)))
            if row["index"] == index and (image := row["image"]):
                return image
        raise BadRecord("missing_file", f"'image' is {index!r}, which is the index of no row with a picture")

    def _numbered(self, index: str) -> Iterator[int]:
        """Rows whose ``index`` has the hash of this one."""
        import numpy as np

        hashes, numbers = self._by_index
        wanted = np.uint64(number_of(index))
        place = int(np.searchsorted(hashes, wanted))
        while place < len(hashes) and hashes[place] == wanted:
            yield int(numbers[place])
            place += 1

    @cached_property
    def _by_index(self) -> npt.NDArray[np.uint64]:
        """Hashes of ``index`` in order, and the row of each; made when the first pointer is met."""
        import numpy as np

        path = made_once(f"vlmeval-v{_VERSION}-{self._digest}.npy", self._write_by_index)
        mapped: npt.NDArray[np.uint64] = np.load(path, mmap_mode="r")
        return mapped

    def _write_by_index(self, target: Path) -> None:
        import numpy as np

        column = self.names.index("index") if "index" in self.names else None
        rows = self._file.between(0, self.rows)
        named = ("" if column is None or isinstance(row, BadRecord) else row[column].strip() for row in rows)
        hashes = np.fromiter(map(number_of, named), np.uint64, count=self.rows)
        order = np.argsort(hashes, kind="stable")
        with target.open("wb") as file:
            np.save(file, np.stack([hashes[order], order.astype(np.uint64)]))


@dataclass(frozen=True)
class EvalTable(Table):
    """Such a file on a web server. Where ``limit`` rows are wanted, only its beginning is downloaded.

    ``md5`` is what it has as a whole, where its publisher says so: ``InputError`` for another file.
    """

    part: Web
    files: Path | None = None
    limit: int | None = None
    md5: str | None = None
    _digests: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (label(self.part),)

    def digest(self, name: str) -> str:
        if name not in self._digests:
            path, whole = self._place
            if whole and self.md5:
                _check(path, self.md5)
            self._digests[name] = input_digest(path)
        return self._digests[name]

    def rows(self, name: str) -> int:
        return self._file.rows

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        return self._file.between(start, stop)

    @cached_property
    def _file(self) -> EvalRows:
        return EvalRows(self._place[0], self.digest(self.names[0]))

    @cached_property
    def _place(self) -> tuple[Path, bool]:
        """The file, and whether it is all of it."""
        if self.limit is not None:
            found = beginning(self.part, self.files, f"vlmeval {self.limit}", partial(_end_of, self.limit))
            if found:
                return found, False
        return brought(self.part, self.files), True

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_file", "_place")}


def _end_of(rows: int, file: BinaryIO) -> int:
    """Where the first ``rows`` rows end, and those whose pictures they point to."""
    names = _known_names(header_of(file, "the TSV"))
    place = {name: names.index(name) for name in ("index", "image") if name in names}
    seen: set[str] = set()
    wanted: set[str] = set()
    stop = 0
    for number, found in enumerate(rows_of(file, len(names))):
        if number >= rows and wanted <= seen:
            break
        stop = found.stop
        row = cells(found.raw, len(names))
        if isinstance(row, BadRecord) or len(place) < 2:
            continue
        index, image = row[place["index"]].strip(), row[place["image"]].strip()
        seen.add(index)
        if len(image) <= _POINTER and image not in _NOTHING and (number < rows or index in wanted):
            wanted.add(image)
    return stop


def _known_names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.lower() if name.lower() in _KNOWN else name for name in names)


def _pictures(image: str) -> list[str]:
    """The base64 of a cell: one text, or a list of them as Python writes it. Nothing is run."""
    if not (image.startswith("[") and image.endswith("]")):
        return [image]
    return [single or double for single, double in _QUOTED.findall(image)]


def _check(path: Path, md5: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
    if found != md5:
        raise InputError(
            f"{path} is not the file that is meant: its MD5 is {found}, and VLMEvalKit names {md5}. Get it again; if "
            "its publisher has changed it, read it as a local file: {path: …, format: vlmeval}"
        )
