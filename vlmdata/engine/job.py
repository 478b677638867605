"""What travels to a worker: the part of the plan all tasks share, and one task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vlmdata.io.source import RecipeInput
from vlmdata.recipe import Recipe
from vlmdata.types import Kind, Partition


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one input for one task. ``repeat`` counts passes over an input of ``weight`` above 1 from 0;
    ``share`` below 1 takes that part of the rows, chosen by seed."""

    source: int
    partition: Partition
    repeat: int = 0
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """What becomes ``SPLIT-{index:05d}``."""

    index: int
    slices: tuple[Slice, ...]

    @property
    def rows(self) -> int:
        """At most this many; a ``share`` below 1 makes it fewer."""
        return sum(piece.partition.rows for piece in self.slices)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What all tasks of a run share; it travels to every worker.

    ``fingerprint`` covers the plan and, after global steps, their decisions. ``decisions`` are folders with one
    file per task, one folder for each global step decided so far.
    """

    out: Path
    kind: Kind
    recipe: Recipe
    sources: tuple[RecipeInput, ...]
    suffixes: tuple[str, ...]
    columns: tuple[str, ...]
    schema: bytes
    fingerprint: str
    decisions: tuple[Path, ...] = ()
