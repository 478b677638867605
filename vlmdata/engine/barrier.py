"""Global steps: gather signatures from every task, decide once, go on with the decision.

Signatures and decisions are files of one task each, so a worker never loads more than its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from vlmdata.engine import workspace
from vlmdata.engine.job import Job, Task
from vlmdata.engine.ledger import Ledger
from vlmdata.engine.line import flow
from vlmdata.engine.memory import remembering
from vlmdata.engine.plan import Plan
from vlmdata.engine.progress import Progress
from vlmdata.engine.surveys import keep, kept_survey, survey_folder, take_over
from vlmdata.executors import Executor
from vlmdata.io.atomic import publishing
from vlmdata.io.cache import surveys
from vlmdata.io.digest import combined, sha256_file
from vlmdata.io.reuse import bounds, without_oldest
from vlmdata.steps.base import Context, GlobalStep
from vlmdata.types import Dropped

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 4096


def decide_all(job: Job, plan: Plan, executor: Executor, progress: Progress) -> Job:
    """The job with a decision for each global step of its recipe, in order.

    The hashes of the decisions go into its fingerprint: a task finished under an older decision is done again.
    Signatures that an earlier run has taken of the same rows after the same steps are taken over.
    """
    for number, step in enumerate(job.recipe.steps):
        if not isinstance(step, GlobalStep):
            continue
        barrier = len(job.decisions)
        folder = workspace.decisions_folder(job.out, barrier)
        if not folder.exists():
            progress.stage(f"surveying for {step.name}")
            _survey_all(job, plan, number, barrier, executor)
            progress.stage(f"deciding {step.name}")
            _decide(job, step, barrier, folder)
        hashes = [sha256_file(path) for path in sorted(folder.iterdir())]
        job = replace(job, decisions=(*job.decisions, folder), fingerprint=combined([job.fingerprint, *hashes]))
    return job


def _survey_all(job: Job, plan: Plan, number: int, barrier: int, executor: Executor) -> None:
    """Signatures of all tasks: those that are there, those of earlier runs, and the rest anew."""
    kept = survey_folder(plan, number)
    todo = []
    for task in plan.tasks:
        path = workspace.signature_path(job.out, barrier, task.index)
        known = path.exists() or (job.reuse.surveys and take_over(kept_survey(kept, task), path))
        if not known:
            todo.append(task)
    for _ in executor.map(partial(_survey, job, number, barrier), todo):
        pass
    if todo and job.reuse.surveys:
        for task in todo:
            keep(workspace.signature_path(job.out, barrier, task.index), kept_survey(kept, task))
        without_oldest(surveys(), "*/*.parquet", bounds()["surveys"])


class _Unrecorded:
    """Pass one drops samples as pass two will; only pass two keeps the records."""

    def write(self, dropped: Dropped) -> None:
        pass

    def thumbnails(self, pictures: Mapping[int, bytes]) -> None:
        pass


def _survey(job: Job, number: int, barrier: int, task: Task) -> int:
    """Write the signatures of one task; how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    step = job.recipe.steps[number]
    assert isinstance(step, GlobalStep)
    schema = _with_identity(step.signature_schema())
    ledger = Ledger([one.name for one in job.recipe.steps], job.recipe.errors.max_unexpected, _Unrecorded())
    path = workspace.signature_path(job.out, barrier, task.index)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    count = 0
    with (
        publishing(path) as partial_path,
        pq.ParquetWriter(partial_path, schema) as writer,
        remembering(job.reuse, task.rows) as memory,
    ):
        ctx = Context(job.recipe.seed, step.name, memory=memory)
        for sample in flow(job, task, ledger, stop=number, memory=memory):
            rows.append({"task": task.index, "row": count, "key": sample.key, **step.signature(sample, ctx)})
            count += 1
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows.clear()
        writer.write_table(pa.Table.from_pylist(rows, schema))
    return count


def _with_identity(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    return pa.schema([*identity, *schema])


def _decide(job: Job, step: GlobalStep, barrier: int, folder: Path) -> None:
    """Decide on all signatures and write one file per task the decision concerns; the folder appears whole."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    signatures = ds.dataset(workspace.signature_path(job.out, barrier, 0).parent, format="parquet")
    with TemporaryDirectory(prefix="scratch-", dir=folder.parent) as scratch:
        decision = step.decide(signatures, Path(scratch)).sort_by([("task", "ascending"), ("key", "ascending")])
    beside = folder.with_suffix(".partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for task in pc.unique(decision["task"]).to_pylist():
        part = decision.filter(pc.equal(decision["task"], pa.scalar(task, decision["task"].type)))
        pq.write_table(part, workspace.decision_path(beside, task))
    beside.rename(folder)
