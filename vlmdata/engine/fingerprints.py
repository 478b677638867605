"""Fingerprints of evaluation sets: made of data set directories, once, and kept in the cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vlmdata.engine.materialise import load, measure
from vlmdata.errors import BadRecord, InputError
from vlmdata.executors import Executor
from vlmdata.io import cache
from vlmdata.io.digest import combined
from vlmdata.io.source import RecipeInput
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.recipe.evaluation import evaluation_sources
from vlmdata.shards.directory import Directory
from vlmdata.steps.leaks import Decontaminate, Named
from vlmdata.steps.leaks.fingerprints import MADE_BY, EvaluationSet, Trace, read, write
from vlmdata.steps.leaks.look import Model
from vlmdata.steps.leaks.trace import trace
from vlmdata.types import Image, Partition, Rejected

Bring = Callable[[RecipeInput], Directory]
"""Has an input fetched into the cache."""

_POLICY = PixelPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file of fingerprints, and what is in it."""

    path: Path
    sets: tuple[EvaluationSet, ...]
    pictures: int
    questions: int


@dataclass(frozen=True, slots=True)
class Maker:
    """What it takes to make fingerprints: ``tell`` says a sentence to the user."""

    bring: Bring
    executor: Executor
    tell: Callable[[str], None]

    def directories(self, what: Named | Path, limit: int | None = None) -> list[Directory]:
        """Those of a published set, fetched where they are not there yet, or the one at a path."""
        if isinstance(what, Path):
            return [Directory(path=str(what), limit=limit)]
        return [self.bring(source) for source in evaluation_sources(what)]

    def step(self, step: Decontaminate) -> Decontaminate:
        """The step with the files that its ``against`` stands for; those that are not there yet are made.

        ``InputError`` for files that are none, and directories that cannot be read.
        """
        files: list[Path] = []
        model = step.encoder
        for item in step.against:
            what = step.resolved(item)
            if isinstance(what, Named):
                files += (self._kept(source, model) for source in evaluation_sources(what))
            elif what.is_dir():
                files.append(self._kept(Directory(path=str(what)), model))
            else:
                read(what, model.digest if model else None)
                files.append(what)
        return step.over(files)

    def write(self, sources: Sequence[Directory], path: Path, model: Model | None = None) -> Written:
        """One file of all samples of these directories. ``InputError`` where one has none that can be read."""
        traces: list[Trace] = []
        sets: list[EvaluationSet] = []
        for source in sources:
            some, rejected = self._traces(source, model)
            traces += some
            sets.append(_described(source, len(some), rejected))
            if rejected:
                self.tell(f"{source.root}: {rejected} of {len(some) + rejected} samples could not be read")
        gathered = write(path, traces, sets, model.digest if model else None)
        return Written(path=path, sets=tuple(sets), pictures=len(gathered.pictures), questions=gathered.questions)

    def _traces(self, source: Directory, model: Model | None) -> tuple[list[Trace], int]:
        pieces = list(enumerate(_limited(source)))
        found = sorted(self.executor.map(partial(_traced, source, model), pieces), key=lambda piece: piece[0])
        traces = [one for _, some, _ in found for one in some]
        if not traces:
            raise InputError(f"{source.root} has no sample that could be read: there is nothing to compare with")
        return traces, sum(rejected for *_, rejected in found)

    def _kept(self, source: RecipeInput, model: Model | None) -> Path:
        """The file of a source in the cache, named by all that decides its content."""
        source = source.pinned()
        own = "" if isinstance(source, Directory) else json.dumps(source.model_dump(mode="json"), sort_keys=True)
        of = getattr(source, "revision", None) or source.digest()
        what = combined([json.dumps(MADE_BY), own, of, model.digest if model else ""])
        path = cache.fingerprints() / f"{source.title}-{getattr(source, 'split', None) or 'all'}-{what[:12]}.parquet"
        if not path.exists():
            self.write([source if isinstance(source, Directory) else self.bring(source)], path, model)
        return path


def _described(source: Directory, rows: int, rejected: int) -> EvaluationSet:
    return EvaluationSet(
        name=source.title,
        split=source.split or ", ".join(sorted({info.split for info in source.manifest.shards})),
        revision=next((one.revision for one in source.manifest.sources if one.revision), None),
        digest=source.digest(),
        rows=rows,
        rejected=rejected,
    )


def _limited(source: Directory) -> Iterator[Partition]:
    left = source.limit
    for partition in source.partitions():
        if left is None or left > 0:
            rows = partition.rows if left is None else min(left, partition.rows)
            yield replace(partition, stop=partition.start + rows)
            left = None if left is None else left - rows


def _traced(source: Directory, model: Model | None, piece: tuple[int, Partition]) -> tuple[int, list[Trace], int]:
    """The traces of a piece, by its number; how many of its samples could not be read."""
    number, partition = piece
    traces: list[Trace] = []
    rejected = 0
    for sample in source.read(partition):
        try:
            if isinstance(sample, Rejected):
                raise BadRecord(sample.reason, sample.detail)
            traces.append(trace(replace(sample, images=tuple(map(_measured, sample.images))), model))
        except BadRecord:
            rejected += 1
    return number, traces, rejected


def _measured(image: Image) -> Image:
    """With bytes and size; without a size where its bytes are no picture."""
    image = load(image)
    try:
        return measure(image, _POLICY.max_pixels)
    except BadRecord:
        return image
