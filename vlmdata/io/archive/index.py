"""The members of an archive by number and by name, from files in the cache."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from vlmdata.io.archive.member import SCHEMA_FIELDS, Member, member_type
from vlmdata.io.atomic import publishing
from vlmdata.io.cache import indexes
from vlmdata.io.digest import number_of
from vlmdata.io.row_index import RowIndex, row_index

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_VERSION = 1


class MemberIndex:
    """Members in the order of the archive. Memory does not grow with their number: both files are looked into."""

    def __init__(self, rows: RowIndex, by_name: npt.NDArray[np.uint64]) -> None:
        self._rows = rows
        self._hashes, self._numbers = by_name

    @property
    def rows(self) -> int:
        return self._rows.rows

    def between(self, start: int, stop: int) -> Iterator[Member]:
        return (member_of(row) for row in self._rows.between(start, stop))

    def find(self, name: str) -> int | None:
        """The number of the member of this name; the last one where there are several, as unpacking leaves it."""
        return next((number for number in self._numbered(name) if self[number].name == name), None)

    def is_last(self, number: int, name: str) -> bool:
        """Whether no member after this one bears its ``name``, too."""
        return next(self._numbered(name)) == number or self.find(name) == number

    def __getitem__(self, number: int) -> Member:
        return next(self.between(number, number + 1))

    def _numbered(self, name: str) -> Iterator[int]:
        """Members whose names have the hash of this one, last to first."""
        import numpy as np

        wanted = np.uint64(number_of(name))
        place = int(np.searchsorted(self._hashes, wanted, side="right")) - 1
        while place >= 0 and self._hashes[place] == wanted:
            yield int(self._numbers[place])
            place -= 1


def member_index(digest: str, members: Callable[[], Iterable[Member]]) -> MemberIndex:
    """The index of the archive with this digest, made of ``members()`` unless the cache holds it. ``StorageError``."""
    import pyarrow as pa

    name = f"archive-v{_VERSION}-{digest}"
    rows = row_index(name, pa.schema(list(member_type())), lambda: map(row_of, members()))
    return MemberIndex(rows, _by_name(name, rows))


def row_of(member: Member) -> dict[str, Any]:
    """A member as a row of Arrow's."""
    return {field: getattr(member, field) for field in SCHEMA_FIELDS}


def member_of(row: dict[str, Any]) -> Member:
    return Member(*(row[field] for field in SCHEMA_FIELDS))


def _by_name(name: str, rows: RowIndex) -> npt.NDArray[np.uint64]:
    """Hashes of names in order, and the number of the member of each; members of one name in their order."""
    import numpy as np

    if not rows.rows:
        return np.zeros((2, 0), np.uint64)
    path = indexes() / f"{name}.names.npy"
    if not path.exists():
        hashes = np.asarray(array("Q", (number_of(row["name"]) for row in rows.between(0, rows.rows))))
        order = np.argsort(hashes, kind="stable")
        own = path.with_name(f"{path.name}.{uuid4().hex}")
        with publishing(own) as partial, partial.open("wb") as file:
            np.save(file, np.stack([hashes[order], order.astype(np.uint64)]))
        own.replace(path)
    found: npt.NDArray[np.uint64] = np.load(path, mmap_mode="r").view(np.ndarray)  # memmap itself is slow to index
    return found
