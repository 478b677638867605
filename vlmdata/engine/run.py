"""Drive a run: plan it, claim the output, map tasks over an executor, sum up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from vlmdata.datasets.base import Dataset
from vlmdata.engine import output, workspace
from vlmdata.engine.barrier import decide_all
from vlmdata.engine.job import Job, Task
from vlmdata.engine.plan import Plan, make_plan
from vlmdata.engine.progress import Progress, Silent
from vlmdata.engine.worker import run_task
from vlmdata.errors import StorageError
from vlmdata.executors import EXECUTORS
from vlmdata.io.cache import fetched
from vlmdata.io.digest import combined
from vlmdata.io.source import RecipeInput
from vlmdata.recipe import Output, Recipe
from vlmdata.shards.directory import Directory
from vlmdata.shards.manifest_file import MANIFEST
from vlmdata.shards.schema import serialized_schema
from vlmdata.types import Manifest


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a run happens. Nothing here changes a byte of its output."""

    workers: int = 1
    executor: str | None = None
    overwrite: bool = False
    progress: Progress = field(default_factory=Silent)


def preprocess(recipe: Recipe, out: Path, where: Where) -> Manifest:
    """Run a recipe into the folder ``out``. The same command again resumes, or finds it finished."""
    return _run(plan_of(recipe, where), out.absolute(), where)


def plan_of(recipe: Recipe, where: Where) -> Plan:
    """The plan of a recipe; published data sets it names are fetched into the cache first."""
    sources = [_fetched(one, where) if isinstance(one, Dataset) else one for one in recipe.inputs]
    return make_plan(recipe, sources)


def fetch(dataset: Dataset, out: Path | None, where: Where) -> tuple[Path, Manifest]:
    """Fetch a published data set, original bytes and all, into ``out`` or the cache."""
    recipe = Recipe(version=1, name=dataset.title, inputs=(dataset,), output=Output(formats=("parquet",)))
    folder = out.absolute() if out else _place(dataset)
    return folder, _run(make_plan(recipe, [dataset], "fetched"), folder, where)


def _fetched(dataset: Dataset, where: Where) -> RecipeInput:
    folder = _place(dataset)
    if not (folder / MANIFEST).exists():
        # Weights repeat rows of a recipe, not of the copy that all recipes share.
        fetch(dataset.model_copy(update={"weight": 1.0}), folder, replace(where, overwrite=False))
    return Directory(path=str(folder), weight=dataset.weight)


def _place(dataset: Dataset) -> Path:
    """A folder of the cache for exactly this data set, revision, split and limit."""
    what = dataset.model_dump_json(exclude={"weight"})
    name = f"{dataset.title}-{dataset.split}-{combined([what, dataset.revision])[:12]}"
    return fetched() / name


def _run(plan: Plan, out: Path, where: Where) -> Manifest:
    done = output.claim(out, plan, where.overwrite)
    if done:
        where.progress.remark(f"{out} is finished already: nothing to do")
        return done
    executor = EXECUTORS[where.executor or ("processes" if where.workers > 1 else "serial")](where.workers)
    job = Job(
        out=out,
        kind=plan.kind,
        recipe=plan.recipe,
        sources=plan.sources,
        suffixes=plan.suffixes,
        columns=plan.columns,
        schema=serialized_schema(plan.columns),
        fingerprint=plan.fingerprint,
    )
    try:
        with workspace.locked(out), output.nothing_half_written(out), where.progress.watching(out, plan):
            job = decide_all(job, plan.tasks, executor, where.progress)
            where.progress.stage("writing" if plan.kind == "processed" else "fetching")
            todo = list(_unfinished(job, plan.tasks))
            if len(todo) < len(plan.tasks):
                finished = len(plan.tasks) - len(todo)
                where.progress.remark(f"{out}: {finished} of {len(plan.tasks)} tasks are finished already, going on")
            for report in executor.map(partial(run_task, job), todo):
                where.progress.finished(report)
            return output.conclude(out, plan)
    except OSError as error:
        raise StorageError(
            f"{error.filename or out}: {error.strerror or error}. Mend it and run the same command again: "
            "finished shards are kept"
        ) from error


def _unfinished(job: Job, tasks: Iterable[Task]) -> Iterable[Task]:
    finished = output.finished_tasks(job.out, job.fingerprint)
    return (task for task in tasks if task.index not in finished)
