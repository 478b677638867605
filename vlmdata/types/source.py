"""What the engine reads from: partitions of something that yields samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vlmdata.types.sample import Sample


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows ``start`` to ``stop`` (exclusive) of one ``file`` of a source: a unit of input."""

    file: str
    start: int
    stop: int

    @property
    def rows(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not become a sample; the engine counts and keeps it."""

    key: str
    source: str
    reason: str
    detail: str = ""


class Source(Protocol):
    """A readable input. Its answers depend on the files alone, never on the clock or the machine."""

    def digest(self) -> str:
        """A hash of what is read; part of the fingerprint."""
        ...

    def partitions(self) -> Sequence[Partition]:
        """All rows in reading order, one partition per file. Cheap where an index is cached."""
        ...

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        """Exactly one item per row of the partition, in order. Raises nothing for a bad row."""
        ...
