"""What travels to a worker: the part of the plan all tasks share, and one task."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vlmdata.engine.memory import Reuse
from vlmdata.engine.stratified import Stratified
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.source import RecipeInput
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.recipe import Recipe
from vlmdata.types import Kind, Partition, SampleRole


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one input for one task. ``repeat`` counts passes over an input that is taken several times from 0.

    Of the rows ``sampled`` takes some by number, and ``share`` below 1 that part of them, chosen by seed.
    """

    source: int
    partition: Partition
    repeat: int = 0
    share: float = 1.0
    sampled: Stratified | None = None

    @property
    def rows(self) -> int:
        """How many it gives; with a ``share`` below 1 at most so many."""
        if self.sampled is None:
            return self.partition.rows
        return self.sampled.before(self.partition.stop) - self.sampled.before(self.partition.start)


@dataclass(frozen=True, slots=True)
class Task:
    """What becomes ``SPLIT-{index:05d}``."""

    index: int
    slices: tuple[Slice, ...]

    @property
    def rows(self) -> int:
        """At most this many; a ``share`` below 1 makes it fewer."""
        return sum(piece.rows for piece in self.slices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """How pictures are got over HTTP. A fetch records what it got, so none of this is in the fingerprint.

    ``policy`` bounds one worker. ``cache`` is the folder of a cache of addresses; ``crawl`` one that another
    program filled, read instead of asking any server.
    """

    policy: HttpPolicy = field(default_factory=HttpPolicy)
    cache: Path | None = None
    crawl: Path | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """A new generation of some tasks of the finished directory ``of``: only what failed is got again."""

    of: Path
    generation: int


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
    role: SampleRole
    fingerprint: str
    decisions: tuple[Path, ...] = ()
    decoder: Decoder = CPU
    fetching: Fetching = field(default_factory=Fetching)
    retry: Retry | None = None
    reuse: Reuse = field(default_factory=Reuse)

    @property
    def downloads(self) -> bool:
        """Whether pictures are addresses, which this run gets."""
        return self.kind == "fetched" and any(source.by_address for source in self.sources)
