"""The whole way of a sample on one page: read, steps, render, write.

``run_task`` is what an executor maps over tasks. It depends on its arguments and the input files alone and
publishes its shards whole, then its report.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict

from vlmdata.engine import distributions, workspace
from vlmdata.engine.job import Job, Task
from vlmdata.engine.ledger import Ledger
from vlmdata.engine.line import flow
from vlmdata.engine.memory import Memory, remembering
from vlmdata.engine.retry import Earlier, Kept
from vlmdata.engine.stored import as_fetched, as_rendered
from vlmdata.errors import BadRecord, DeviceError
from vlmdata.io.atomic import write_json_atomic
from vlmdata.pixels.outcome import RenderClock
from vlmdata.pixels.thumbnail import thumbnail_of
from vlmdata.recipe import Recipe
from vlmdata.shards.manifest_file import read_manifest
from vlmdata.shards.store import ShardSet
from vlmdata.types import Distributions, Drop, Sample, TaskReport, Written

WINDOW_SAMPLES = 64
WINDOW_PIXELS = 32_000_000


def run_task(job: Job, task: Task) -> TaskReport:
    """Work off one task and publish what came of it. Raises only what should end the run.

    Where the process that drives the GPU dies, the task is begun anew once, with a new one.
    """
    try:
        return _worked_off(job, task)
    except DeviceError:
        return _worked_off(job, task)


def _worked_off(job: Job, task: Task) -> TaskReport:
    began = time.process_time()
    clock = RenderClock()
    output = job.recipe.output
    with (
        remembering(job.reuse, task.rows) as memory,
        ShardSet(
            job.out,
            task.index,
            formats=output.formats,
            columns=job.columns,
            max_samples=output.max_samples,
            max_bytes=int(output.max_bytes),
            generation=job.retry.generation if job.retry else 0,
        ) as shards,
    ):
        names = [step.name for step in job.recipe.steps]
        ledger = Ledger(names, job.recipe.errors.max_unexpected, shards.dropped, job.downloads)
        heartbeat = workspace.Heartbeat(job.out, task.index)
        spread = Distributions()
        writing = 0.0
        for written in _all_of(job, task, ledger, clock, memory):
            started = time.thread_time()
            _store(written, shards, job.recipe, ledger, spread)
            writing += time.thread_time() - started
            heartbeat.beat(ledger.taken_up)
        ledger.close(thumbnail_of)
        infos = shards.close()
    timings = {**asdict(clock), "write": writing, "total": time.process_time() - began}
    report = TaskReport(
        task=task.index,
        fingerprint=job.fingerprint,
        rows=ledger.read.entered,
        written=ledger.written,
        funnel=ledger.funnel,
        shards=infos,
        licenses=ledger.licenses,
        timings=timings,
        reuse=dict(memory.counts),
        distributions=spread,
    )
    write_json_atomic(workspace.report_path(job.out, task.index), report.to_json())
    return report


def _all_of(job: Job, task: Task, ledger: Ledger, clock: RenderClock, memory: Memory) -> Iterator[Written | Kept]:
    """What becomes of the rows of a task; in a retry, with what earlier generations have."""
    if not job.retry:
        return _rendered(job, flow(job, task, ledger, memory=memory), ledger, clock, memory)
    earlier = Earlier(job.retry.of, read_manifest(job.retry.of), task.index)
    samples = flow(job, task, ledger, earlier=earlier, memory=memory)
    return earlier.among(_rendered(job, samples, ledger, clock, memory))


def _store(written: Written | Kept, shards: ShardSet, recipe: Recipe, ledger: Ledger, spread: Distributions) -> None:
    """Write it, or drop it where it cannot be stored."""
    if isinstance(written, Kept):
        shards.keep(written.record, written.split)
    else:
        try:
            shards.write(written, _split_of(recipe, written.sample))
        except BadRecord as bad:
            ledger.drop_sample(ledger.render, written.sample, Drop(reason=bad.reason, value=bad.detail or None))
            return
        ledger.licenses[written.sample.license] += 1
        distributions.count(spread, written)
    ledger.written += 1


def _rendered(
    job: Job, samples: Iterator[Sample], ledger: Ledger, clock: RenderClock, memory: Memory
) -> Iterator[Written]:
    """Samples with their pictures as stored. Fetched ones keep the bytes they came with, unless steps change them."""
    for window in _windows(samples):
        if job.kind == "fetched" and not job.recipe.steps:
            yield from (as_fetched(sample) for sample in window)
        else:
            yield from as_rendered(window, job.recipe.output.pixels, job.decoder, clock, ledger, memory)


def _windows(samples: Iterator[Sample]) -> Iterator[list[Sample]]:
    """Groups bounded in samples and in source pixels, so that memory does not grow with either."""
    window: list[Sample] = []
    pixels = 0
    for sample in samples:
        window.append(sample)
        pixels += sum(image.original.area for image in sample.images if image.original)
        if len(window) >= WINDOW_SAMPLES or pixels >= WINDOW_PIXELS:
            yield window
            window, pixels = [], 0
    if window:
        yield window


def _split_of(recipe: Recipe, sample: Sample) -> str:
    """The shard a sample belongs to: its own split, and of ``train`` the seeded parts of ``output.split``.

    Samples with the same first image fall together, whatever is asked about it.
    """
    own = sample.origin.split or "train"
    if own != "train" or not recipe.output.split:
        return own
    first = sample.images[0] if sample.images else None
    identity = (first.clip or first.id or first.sha256) if first else sample.key
    coin = workspace.uniform(f"{recipe.seed}/split/{identity}")
    for name, share in recipe.output.split.items():
        if coin < share:
            return name
        coin -= share
    return own
