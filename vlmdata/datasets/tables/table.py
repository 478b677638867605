"""What every table gives: rows by number, as mappings of names to values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from vlmdata.errors import BadRecord

Row = dict[str, Any]
Record = Row | BadRecord


class Table(ABC):
    """Numbered rows in one or several files. It travels to workers, so it holds no open file."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The files, in reading order."""

    @abstractmethod
    def digest(self, name: str) -> str:
        """A hash of what a file holds."""

    @abstractmethod
    def rows(self, name: str) -> int:
        """How many rows a file has. ``InputError`` where it is not of the form it should be."""

    def counts(self, names: Sequence[str], *, at_once: bool) -> Iterator[int]:
        """``rows`` of several files, one by one as they are asked for, or ``at_once`` where that is quicker."""
        return map(self.rows, names)

    def fields(self, name: str) -> tuple[str, ...] | None:
        """The fields that all rows of a file have, where the file says so itself."""
        return None

    @abstractmethod
    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        """Rows ``start`` to ``stop`` (exclusive), in order; a ``BadRecord`` in the place of one that is damaged."""
