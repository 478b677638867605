"""Samples on their way: read from the inputs of a task, then through the steps one by one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from vlmdata.engine.job import Job, Task
from vlmdata.engine.ledger import Ledger
from vlmdata.engine.materialise import downloaded, materialised
from vlmdata.engine.retry import Earlier
from vlmdata.engine.rows import rows_of
from vlmdata.engine.workspace import decision_path
from vlmdata.errors import RunError, VlmdataError
from vlmdata.recipe.licenses import refusal
from vlmdata.steps.base import Context, GlobalStep, Memory, Step, StreamStep
from vlmdata.types import Drop, Dropped, Rejected, Sample, StepTally

_NOBODY: frozenset[str] = frozenset()

Apply = Callable[[Sample], Sample | Drop | list[Sample]]


def flow(
    job: Job,
    task: Task,
    ledger: Ledger,
    stop: int | None = None,
    earlier: Earlier | None = None,
    memory: Memory | None = None,
) -> Iterator[Sample]:
    """Samples of ``task`` after the steps before number ``stop`` (all by default), in their order.

    With ``earlier`` those alone that it lacks. Steps ask ``memory`` what is known of pictures.
    """
    samples = _read(job, task, ledger)
    if earlier:
        samples = earlier.lacking(samples, ledger)
    samples = downloaded(job, task, samples, ledger) if job.downloads else materialised(job, samples, ledger)
    restored = frozenset(job.recipe.restore)
    ordinals: Counter[str] = Counter()
    barriers = 0
    for step, tally in zip(job.recipe.steps[:stop], ledger.steps, strict=False):
        ctx = Context(job.recipe.seed, step.name, ordinals[step.name], tally.notes, memory)
        ordinals[step.name] += 1
        step.setup()
        if isinstance(step, StreamStep):
            samples = _streamed(step, samples, ctx, tally, ledger)
            continue
        if isinstance(step, GlobalStep):
            apply = _resolver(step, _decision(job, task, barriers), ctx)
            barriers += 1
        else:
            assert isinstance(step, Step)
            apply = partial(step.apply, ctx=ctx)
        samples = _each(apply, samples, tally, ledger, restored if step.judges else _NOBODY)
    return samples


def _read(job: Job, task: Task, ledger: Ledger) -> Iterator[Sample]:
    """Rows as samples with the keys they bear in this run; rows that are none are dropped under their reason."""
    for item in rows_of(job, task):
        ledger.read.entered += 1
        if isinstance(item, Rejected):
            drop = Drop(reason=item.reason, value=item.detail or None)
            ledger.drop(ledger.read, Dropped(key=item.key, step="read", drop=drop, source=item.source))
        elif refused := _refusal(job, item):
            ledger.drop_sample(ledger.read, item, refused)
        else:
            yield item if item.role == job.role else replace(item, role=job.role)


def _refusal(job: Job, sample: Sample) -> Drop | None:
    """Why a sample may not be in this run; whatever else is in a run of evaluation data becomes such data."""
    if sample.role == "eval" and job.role == "train":
        return Drop(reason="evaluation_only", value="eval", threshold="train")
    return refusal(job.recipe.licenses, sample)


def _each(
    apply: Apply, samples: Iterator[Sample], tally: StepTally, ledger: Ledger, restored: frozenset[str]
) -> Iterator[Sample]:
    for sample in samples:
        tally.entered += 1
        started = time.thread_time()
        try:
            outcome = apply(sample)
            if outcome == []:
                raise ValueError("a step returned no children: it should have returned a Drop with its reason")
        except Exception as error:
            ledger.unexpected(tally, sample, error)
            continue
        finally:
            tally.seconds += time.thread_time() - started
        if isinstance(outcome, Drop):
            if sample.key in restored:
                ledger.restore(tally, sample, outcome)
                yield sample
            else:
                ledger.drop_sample(tally, sample, outcome)
        elif isinstance(outcome, list):
            tally.created += len(outcome) - 1
            yield from outcome
        else:
            yield outcome


def _streamed(
    step: StreamStep, samples: Iterator[Sample], ctx: Context, tally: StepTally, ledger: Ledger
) -> Iterator[Sample]:
    """What a stream step takes in and does not give out again is merged; what it gives out beyond is created."""
    entered = tally.entered
    left = 0

    def counted() -> Iterator[Sample]:
        for sample in samples:
            tally.entered += 1
            yield sample

    for outcome in _naming(step, step.run(counted(), ctx)):
        left += 1
        if isinstance(outcome, Dropped):
            ledger.drop(tally, outcome)
        else:
            yield outcome
    difference = tally.entered - entered - left
    tally.merged += max(0, difference)
    tally.created += max(0, -difference)


def _naming(step: StreamStep, outcomes: Iterator[Sample | Dropped]) -> Iterator[Sample | Dropped]:
    """A stream step that raises has lost samples it held, so the run ends, and says where."""
    try:
        yield from outcomes
    except VlmdataError:
        raise
    except Exception as error:
        raise RunError(f"{type(error).__name__}: {error} (in step {step.name!r}). This is a bug in the step") from error


def _resolver(step: GlobalStep, decision: Mapping[str, Mapping[str, Any]], ctx: Context) -> Apply:
    return lambda sample: step.resolve(sample, decision.get(sample.key), ctx)


def _decision(job: Job, task: Task, barrier: int) -> dict[str, dict[str, Any]]:
    """What was decided about the samples of this task, by key."""
    import pyarrow.parquet as pq

    path = decision_path(job.decisions[barrier], task.index)
    if not path.exists():
        return {}
    return {row["key"]: row for row in pq.read_table(path).to_pylist()}
