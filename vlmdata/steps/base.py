"""The three kinds of step: one sample at a time, a stream of them, and one decision over the whole set.

A step is data plus one method. Its fields are its YAML; it knows no data set, no format, no worker, no path and
no clock.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict

from vlmdata.io.digest import number_of
from vlmdata.io.reuse import identity_of
from vlmdata.types import Drop, Dropped, Image, Sample

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset

    from vlmdata.models.presets import Preset


class Memory(Protocol):
    """What earlier runs found out, by a hash of all that decides it."""

    def recall(self, key: bytes, work: Callable[[], bytes]) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may know of the run: its seed, a place for notes, and what earlier runs found out.

    ``ordinal`` is the number of the step among those of its name, so putting another step in between changes
    no coin.
    """

    seed: int
    step: str
    ordinal: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    memory: Memory | None = None

    def rng(self, sample: Sample) -> random.Random:
        """Randomness for this step and sample: the same on any machine, in any order, after any restart."""
        name = f"{self.seed}/{self.step}/{self.ordinal}/{sample.key}"
        return random.Random(number_of(name))

    def note(self, what: str) -> None:
        """Count something a reader of the funnel wants to know, such as ``left_alone:sides``."""
        self.notes[what] += 1

    def recall(self, question: str, image: Image, work: Callable[[], bytes]) -> bytes:
        """What ``work`` finds out about a loaded picture as its edits make it, or what it found out in an earlier run.

        ``question`` names all that decides the answer besides the pixels: what is asked, every setting, the hash
        of a model. What ``work`` raises is raised, and not remembered.
        """
        if self.memory is None or image.data is None:
            return work()
        return self.memory.recall(identity_of(image, question), work)


class AnyStep(BaseModel, ABC):
    """What all kinds share. Subclass ``Step``, ``StreamStep`` or ``GlobalStep``.

    Class variables:
        name: as written in a recipe, ``family.what``.
        fills: optional columns of the schema this step can fill.
        takes: optional columns it works on, which an input or an earlier step has to fill.
        extras: optional dependency groups it needs (``pip install 'vlmdata[NAME]'``).
        moves_pixels: it may change geometry, so it must not follow a step that fixes it.
        fixes_geometry: after it coordinates are final: a layout is chosen, or they stand in the text.
        lays_out: it gives pictures a layout.
        looks: it decodes pictures to decide or to mark, and asks ``Context.recall`` whether that is known already.
        once: a recipe holds it at most once.
        judges: a sample it drops could as well go on, so a recipe may ``restore`` it. Not so where the step failed
            to make something of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    fills: ClassVar[frozenset[str]] = frozenset()
    takes: ClassVar[frozenset[str]] = frozenset()
    extras: ClassVar[tuple[str, ...]] = ()
    moves_pixels: ClassVar[bool] = False
    fixes_geometry: ClassVar[bool] = False
    lays_out: ClassVar[bool] = False
    looks: ClassVar[bool] = False
    once: ClassVar[bool] = False
    judges: ClassVar[bool] = False

    def with_model(self, preset: Preset) -> Self:
        """With what the recipe leaves open filled in from its ``model``."""
        return self

    def ready(self) -> str | None:
        """What is still missing or contradictory, as a sentence for the author of the recipe; None if nothing is."""
        return None

    def pinned(self) -> Self:
        """The same with everything fixed that may point elsewhere tomorrow, such as a branch."""
        return self

    def digest(self) -> str:
        """A hash of the files it reads besides the samples, which decide the output as its fields do; often none."""
        return ""

    def setup(self) -> None:
        """Load what is heavy; called once per worker before the first sample."""


class Step(AnyStep):
    """One sample in; the sample, its children, or a ``Drop`` with its reason out. Pure."""

    @abstractmethod
    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop | list[Sample]:
        """A list replaces the sample by its children (keys end in ``-c1``, ``-c2`` …); it is never empty."""


class StreamStep(AnyStep):
    """Many to one, within a bounded window: grouping, packing, local shuffle."""

    @abstractmethod
    def run(self, samples: Iterator[Sample], ctx: Context) -> Iterator[Sample | Dropped]:
        """Yield samples and records of dropped ones. What is taken and not yielded counts as merged."""


class GlobalStep(AnyStep):
    """One decision over the whole set, in two passes.

    Pass one runs the steps before it and calls ``signature`` for each sample; one place calls ``decide`` on all
    signatures; pass two runs on with ``resolve``.
    """

    @classmethod
    @abstractmethod
    def signature_schema(cls) -> pa.Schema:
        """Columns of a signature, besides those the engine adds.

        These are ``task`` (int32), ``row`` (int64, its place in the task) and ``key`` (string).
        """

    @abstractmethod
    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        """What must be known of a sample to decide; one row, small."""

    @abstractmethod
    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """All signatures in; one row per sample that the decision concerns out, with its ``task`` and ``key``.

        The answer must not depend on the order of the rows. ``scratch`` is an empty folder on the disk of the output
        for what does not fit into memory; it is taken away afterwards.
        """

    @abstractmethod
    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        """Apply the decision's row for this sample, None where there is none."""
