"""Drive a run: plan it, claim the output, map tasks over an executor, sum up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from vlmdata.engine import output, workspace
from vlmdata.engine.barrier import decide_all
from vlmdata.engine.crawl import crawled
from vlmdata.engine.fingerprints import Maker, Written
from vlmdata.engine.generation import commit, folder_of, next_generation, recover, tasks_with_failures
from vlmdata.engine.job import Fetching, Job, Retry, Task
from vlmdata.engine.ledger import RESTORED
from vlmdata.engine.memory import Reuse
from vlmdata.engine.plan import Plan, make_plan
from vlmdata.engine.progress import Progress, Silent
from vlmdata.engine.reuse import reuse_of
from vlmdata.engine.worker import run_task
from vlmdata.errors import StorageError, UsageError
from vlmdata.executors import EXECUTORS, Executor
from vlmdata.io.cache import fetched, in_use
from vlmdata.io.digest import combined
from vlmdata.io.img2dataset import check_importable
from vlmdata.io.source import RecipeInput
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.recipe import Output, Recipe
from vlmdata.shards.directory import Directory
from vlmdata.shards.manifest_file import MANIFEST, read_manifest
from vlmdata.steps.base import AnyStep
from vlmdata.steps.leaks import Decontaminate, Model, Named
from vlmdata.types import Manifest

DOWNLOADERS = ("vlmdata", "img2dataset")


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where and how a run happens. Only ``decoder`` changes a byte of what preprocess makes of its inputs.

    ``fetching`` bounds the run as a whole; each worker gets its part. ``downloader`` asks the servers: ``vlmdata``
    or ``img2dataset``. ``decoder`` stands in the plan of a recipe and in its fingerprint; fetched pictures
    are decoded by the CPU, if at all. Without ``reuse`` nothing is taken of what earlier runs found out or rendered,
    and nothing is kept.
    """

    workers: int = 1
    executor: str | None = None
    overwrite: bool = False
    fetching: Fetching = field(default_factory=Fetching)
    downloader: str = DOWNLOADERS[0]
    decoder: Decoder = CPU
    reuse: bool = True
    progress: Progress = field(default_factory=Silent)


@in_use()
def preprocess(recipe: Recipe, out: Path, where: Where) -> Manifest:
    """Run a recipe into the folder ``out``. The same command again resumes, or finds it finished."""
    return _run(plan_of(recipe, where), out.absolute(), where)


def plan_of(recipe: Recipe, where: Where) -> Plan:
    """The plan of a recipe; inputs on other machines are fetched into the cache first."""
    for local in (one for one in recipe.inputs if not one.remote):
        _remark(local, where)
    for step in recipe.steps:
        if step.extras:
            step.setup()  # what is not installed is said before anything is fetched
    recipe = _with_fingerprints(recipe, where)
    sources = [_fetched(one, where) if one.remote else one for one in recipe.inputs]
    return make_plan(recipe, sources, decoder=where.decoder)


@in_use()
def fingerprints(
    what: Named | Path, out: Path, where: Where, *, limit: int | None = None, model: str | None = None
) -> Written:
    """Write the fingerprints of an evaluation set, by name or in a data set directory, into the file ``out``.

    ``model`` is an image encoder in ONNX, whose vectors are written, too.
    """
    maker = _fingerprint_maker(where)
    return maker.write(maker.directories(what, limit), out.absolute(), Model(model) if model else None)


@in_use()
def fetch(
    source: RecipeInput,
    out: Path | None,
    where: Where,
    *,
    steps: Sequence[AnyStep] = (),
    settings: Output | None = None,
    retry_failed: bool = False,
) -> tuple[Path, Manifest]:
    """Fetch an input into ``out`` or the cache: original bytes, unless ``steps`` change pictures on the way.

    The same command again resumes, or finds it finished; with ``retry_failed`` a finished one has the downloads
    that failed tried again. ``UsageError`` where it has no downloads.
    """
    source = source.pinned()
    _remark(source, where)
    recipe = Recipe(version=1, name=source.title, inputs=(source,), steps=tuple(steps), output=settings or Output())
    folder = out.absolute() if out else _place(recipe)
    plan = make_plan(recipe, [source], "fetched")
    other = where.downloader != DOWNLOADERS[0]
    if (retry_failed or other) and not source.by_address:
        raise UsageError(f"{source.title} is read from files: it has no addresses to download")
    if retry_failed and other:
        raise UsageError("failed downloads are tried again by vlmdata's own engine: leave --engine out")
    if other:
        check_importable()
    if retry_failed and (folder / MANIFEST).exists():
        return folder, _retry(plan, folder, where)
    if out is None and not where.overwrite and (folder / MANIFEST).exists():
        # The place in the cache names all that was asked for, so other versions of libraries have fetched the same.
        where.progress.remark(f"{folder} is finished already: nothing to do")
        return folder, read_manifest(folder)
    return folder, _run(plan, folder, where)


def _with_fingerprints(recipe: Recipe, where: Where) -> Recipe:
    """With the files that steps against evaluation sets compare with."""
    make = _fingerprint_maker(where).step
    steps = tuple(make(step) if isinstance(step, Decontaminate) else step for step in recipe.steps)
    return recipe.model_copy(update={"steps": steps})


def _fingerprint_maker(where: Where) -> Maker:
    return Maker(partial(_fetched, where=where), _executor(where), where.progress.remark)


def _executor(where: Where) -> Executor:
    return EXECUTORS[where.executor or ("processes" if where.workers > 1 else "serial")](where.workers)


def _remark(source: RecipeInput, where: Where) -> None:
    for remark in source.remarks():
        where.progress.remark(f"{source.title}: {remark}")


def _fetched(source: RecipeInput, where: Where) -> Directory:
    # How often rows are taken is the recipe's; the copy that all recipes share has each of them once.
    once = source.model_copy(update={"weight": 1.0, "count": None}).pinned()
    recipe = Recipe(version=1, name=source.title, inputs=(once,))
    folder = _place(recipe)
    if not (folder / MANIFEST).exists():
        fetch(once, folder, replace(where, overwrite=False))
    return Directory(path=str(folder), weight=source.weight, count=source.count)


def _place(recipe: Recipe) -> Path:
    """A folder of the cache for exactly this input: its parameters, its revision or the files themselves."""
    (source,) = recipe.inputs
    split = getattr(source, "split", None)
    what = combined(
        [json.dumps(recipe.resolved(), sort_keys=True), getattr(source, "revision", None) or source.digest()]
    )
    return fetched() / f"{source.title}-{split or 'all'}-{what[:12]}"


def _run(plan: Plan, out: Path, where: Where) -> Manifest:
    output.standing(out, plan, where.overwrite)
    recover(out)
    done = output.claim(out, plan, where.overwrite)
    if done:
        where.progress.remark(f"{out} is finished already: nothing to do")
        return done
    with _writing(out, plan, where) as executor:
        job = decide_all(_job(plan, out, where), plan, executor, where.progress)
        where.progress.stage("writing" if plan.kind == "processed" else "fetching")
        if where.downloader == "img2dataset":
            job = crawled(job, plan.tasks, where.workers)
        _work_off(job, plan.tasks, executor, where)
        manifest = output.conclude(out, plan)
    _remark_on_restored(manifest, where)
    return manifest


def _remark_on_restored(manifest: Manifest, where: Where) -> None:
    listed = len(set(manifest.recipe.get("restore") or ()))
    if missed := listed - manifest.funnel[0].notes[RESTORED]:
        where.progress.remark(
            f"restore: {missed} of {listed} keys belong to nothing that a step would have dropped (`vlmdata inspect "
            "DIR --dropped --keys` lists what was; what cannot be decoded cannot be restored)"
        )


def _retry(plan: Plan, out: Path, where: Where) -> Manifest:
    """A new generation of the tasks in which downloads failed."""
    output.standing(out, plan, overwrite=False)
    recover(out)
    manifest = read_manifest(out)
    numbers = set(tasks_with_failures(out, manifest, plan))
    if not numbers:
        where.progress.remark(f"{out}: no download failed that may be tried again")
        return manifest
    generation = next_generation(manifest)
    making = folder_of(out, generation)
    again = replace(plan, tasks=tuple(task for task in plan.tasks if task.index in numbers))
    output.begin(out, plan)
    output.begin(making, again)
    with _writing(out, again, where, making) as executor:
        job = replace(_job(again, making, where), retry=Retry(out, generation))
        where.progress.stage("trying again")
        _work_off(job, again.tasks, executor, where)
        return commit(out, manifest, output.reports(making, again))


def _job(plan: Plan, out: Path, where: Where) -> Job:
    workers = max(1, min(where.workers, len(plan.tasks)))
    return Job(
        out=out,
        kind=plan.kind,
        recipe=plan.recipe,
        sources=plan.sources,
        suffixes=plan.suffixes,
        columns=plan.columns,
        role=plan.role,
        fingerprint=plan.fingerprint,
        decoder=plan.decoder,
        fetching=replace(where.fetching, policy=where.fetching.policy.shared_by(workers)),
        reuse=_reuse(plan, where),
    )


def _reuse(plan: Plan, where: Where) -> Reuse:
    reuse, remarks = reuse_of(plan) if where.reuse else (Reuse(), ())
    for remark in remarks:
        where.progress.remark(remark)
    return reuse


@contextmanager
def _writing(out: Path, plan: Plan, where: Where, making: Path | None = None) -> Iterator[Executor]:
    """Everything that holds while files are written: the lock, clean ends, progress, errors in plain words."""
    executor = _executor(where)
    try:
        with (
            workspace.locked(out),
            output.nothing_half_written(out),
            where.progress.watching(making or out, plan),
        ):
            yield executor
    except OSError as error:
        raise StorageError(
            f"{error.filename or out}: {error.strerror or error}. Mend it and run the same command again: "
            "finished shards are kept"
        ) from error


def _work_off(job: Job, tasks: Sequence[Task], executor: Executor, where: Where) -> None:
    """All tasks that are not finished already."""
    finished = output.finished_tasks(job.out, job.fingerprint)
    todo = [task for task in tasks if task.index not in finished]
    if len(todo) < len(tasks):
        count = len(tasks) - len(todo)
        where.progress.remark(f"{job.out}: {count} of {len(tasks)} tasks are finished already, going on")
    for report in executor.map(partial(run_task, job), todo):
        where.progress.finished(report)
