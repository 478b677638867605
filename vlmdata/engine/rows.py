"""The rows of a task in the order in which they go down the line, under the keys they bear in this run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from vlmdata.engine.job import Job, Slice, Task
from vlmdata.engine.workspace import uniform
from vlmdata.types import Rejected, Sample

SHUFFLE_SAMPLES = 1024
SHUFFLE_BYTES = 256 << 20


def rows_of(job: Job, task: Task) -> Iterator[Sample | Rejected]:
    """The rows of a task in the order in which they go down the line."""
    items: Iterator[Sample | Rejected] = (item for piece in task.slices for item in _rows(job, piece))
    if job.recipe.output.shuffle:
        items = _shuffled(items, random.Random(f"{job.recipe.seed}/task/{task.index}"))
    return items


def _rows(job: Job, piece: Slice) -> Iterator[Sample | Rejected]:
    suffix = job.suffixes[piece.source] + (f"-r{piece.repeat}" if piece.repeat else "")
    for row, item in enumerate(job.sources[piece.source].read(piece.partition), piece.partition.start):
        if piece.sampled and not piece.sampled.takes(row):
            continue
        if piece.share < 1 and uniform(f"{job.recipe.seed}/share/{piece.source}/{item.key}") >= piece.share:
            continue
        yield replace(item, key=item.key + suffix) if suffix else item


def _shuffled(items: Iterator[Sample | Rejected], rng: random.Random) -> Iterator[Sample | Rejected]:
    """Seeded order within a window bounded in samples and bytes."""
    window: list[Sample | Rejected] = []
    held = 0
    for item in items:
        window.append(item)
        held += _bytes_of(item)
        while len(window) > SHUFFLE_SAMPLES or held > SHUFFLE_BYTES:
            taken = _take(window, rng)
            held -= _bytes_of(taken)
            yield taken
    while window:
        yield _take(window, rng)


def _take(window: list[Sample | Rejected], rng: random.Random) -> Sample | Rejected:
    place = rng.randrange(len(window))
    window[place], window[-1] = window[-1], window[place]
    return window.pop()


def _bytes_of(item: Sample | Rejected) -> int:
    return sum(len(image.data or b"") for image in item.images) if isinstance(item, Sample) else 0
