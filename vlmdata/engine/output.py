"""The output folder: whose it is, whether it may be written, and what a finished run leaves in it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import yaml

from vlmdata.engine import workspace
from vlmdata.engine.gallery import picked
from vlmdata.engine.plan import Plan
from vlmdata.errors import OutputExistsError, StorageError
from vlmdata.io.atomic import PARTIAL, write_json_atomic, write_text_atomic
from vlmdata.io.cache import home
from vlmdata.report.page import REPORT, write_report
from vlmdata.shards.card import write_card
from vlmdata.shards.manifest_file import MANIFEST, read_manifest, write_manifest
from vlmdata.types import Distributions, LicenseCounts, Manifest, StepTally, TaskReport

Standing = Literal["new", "unfinished", "finished", "replaced"]

_OURS = ("parquet", "webdataset", "dropped", workspace.WORK, MANIFEST, "README.md", "recipe.lock.yaml", REPORT)


def standing(out: Path, plan: Plan, overwrite: bool) -> Standing:
    """What a run of this plan would find in ``out``; changes nothing.

    Raises ``OutputExistsError`` where another recipe or other files are in the way, ``StorageError`` where that
    cannot be seen.
    """
    try:
        found = next(path for path in (out, *out.parents) if path.exists())
        if not found.is_dir():
            raise OutputExistsError(f"{found} is a file; --out names a folder")
        owner = _owner(out)
        if not owner and _foreign(out):
            raise OutputExistsError(f"{out} is not empty and was not written by vlmdata: choose another --out")
    except PermissionError as error:
        raise StorageError(f"cannot read {error.filename or out}: {error.strerror}. {_elsewhere(out)}") from error
    if not owner:
        return "new"
    if overwrite:
        return "replaced"
    if owner[1] != plan.fingerprint:
        raise OutputExistsError(
            f"{out} holds {owner[0]!r} (fingerprint {owner[1][:12]}), not this run of {plan.recipe.name!r} "
            f"({plan.fingerprint[:12]}): recipe, inputs or versions differ. Choose another --out, or --overwrite"
        )
    return "finished" if (out / MANIFEST).exists() else "unfinished"


def claim(out: Path, plan: Plan, overwrite: bool) -> Manifest | None:
    """Make ``out`` ready for this plan; the manifest where the very same run is already finished there.

    Raises as ``standing`` does, and ``StorageError`` where ``out`` cannot be written. Nothing is removed without
    ``overwrite``, and then only what vlmdata wrote.
    """
    found = standing(out, plan, overwrite)
    if found == "finished":
        _leave_work(out)
        return read_manifest(out)
    try:
        (out / workspace.WORK).mkdir(parents=True, exist_ok=True)
        if found == "replaced":
            with workspace.locked(out):
                _clear(out)
        begin(out, plan)
    except OSError as error:
        raise StorageError(f"cannot write to {out}: {error.strerror or error}. {_elsewhere(out)}") from error
    return None


def begin(out: Path, plan: Plan) -> None:
    """Lay out the working folder."""
    for folder in ("tasks", "heartbeats"):
        (out / workspace.WORK / folder).mkdir(parents=True, exist_ok=True)
    write_json_atomic(
        workspace.plan_path(out),
        {"name": plan.recipe.name, "fingerprint": plan.fingerprint, "tasks": len(plan.tasks), "rows": plan.rows},
    )


@contextmanager
def nothing_half_written(out: Path) -> Iterator[None]:
    """Where the block raises, take away the partial files of workers that were ended in the middle."""
    try:
        yield
    except BaseException:
        for path in out.rglob("*" + PARTIAL):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def finished_tasks(out: Path, fingerprint: str) -> set[int]:
    """Tasks whose report is there and bears this fingerprint."""
    found = set()
    for path in (out / workspace.WORK / "tasks").glob("*.json"):
        if json.loads(path.read_bytes())["fingerprint"] == fingerprint:
            found.add(int(path.stem))
    return found


def conclude(out: Path, plan: Plan) -> Manifest:
    """Sum up the reports and publish what they tell."""
    manifest = _manifest(out, plan)
    publish(out, manifest)
    return manifest


def publish(out: Path, manifest: Manifest) -> None:
    """Write lock file, card, report and manifest, and take the working folder away."""
    lock = yaml.safe_dump(manifest.recipe, sort_keys=False, allow_unicode=True)
    write_text_atomic(out / "recipe.lock.yaml", lock)
    write_card(out, manifest)
    write_report(out, manifest, picked(out, manifest))
    write_manifest(out, manifest)
    _leave_work(out)


def _leave_work(out: Path) -> None:
    """Once the manifest stands nothing needs the working folder; a run killed just then has left it behind."""
    shutil.rmtree(out / workspace.WORK, ignore_errors=True)


def reports(out: Path, plan: Plan) -> Iterator[TaskReport]:
    """The reports of all tasks, in order."""
    for task in plan.tasks:
        yield TaskReport.from_json(json.loads(workspace.report_path(out, task.index).read_bytes()))


def _manifest(out: Path, plan: Plan) -> Manifest:
    licenses: LicenseCounts = Counter()
    distributions = Distributions()
    manifest = Manifest(
        kind=plan.kind,
        role=plan.role,
        name=plan.recipe.name,
        fingerprint=plan.fingerprint,
        sources=list(plan.infos),
        recipe=plan.recipe.resolved(),
        decoder=plan.decoder.label,
        versions=plan.versions,
        columns=list(plan.columns),
        rows=0,
        written=0,
        funnel=[],
        shards=[],
        timings={},
        licenses=licenses,
    )
    for report in reports(out, plan):
        manifest.rows += report.rows
        manifest.written += report.written
        manifest.shards += report.shards
        licenses.update(report.licenses)
        distributions.add(report.distributions)
        _add(manifest.funnel, report.funnel)
        for name, seconds in sorted(report.timings.items()):
            manifest.timings[name] = round(manifest.timings.get(name, 0.0) + seconds, 3)
        for name, count in sorted(report.reuse.items()):
            manifest.reuse[name] = manifest.reuse.get(name, 0) + count
    manifest.distributions = distributions.bounded()
    return manifest


def _add(funnel: list[StepTally], more: list[StepTally]) -> None:
    if not funnel:
        funnel += [StepTally(name=tally.name) for tally in more]
    for tally, other in zip(funnel, more, strict=True):
        tally.add(other)


def _owner(out: Path) -> tuple[str, str] | None:
    """Name and fingerprint of the run that wrote, or is writing, this folder."""
    for path in (out / MANIFEST, workspace.plan_path(out)):
        try:
            data: dict[str, Any] = json.loads(path.read_bytes())
            return data["name"], data["fingerprint"]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (ValueError, KeyError, TypeError) as error:
            raise OutputExistsError(f"{path} is damaged: {error}. Remove {out}, or choose another --out") from error
    return None


def _foreign(out: Path) -> bool:
    """Whether a folder without plan or manifest holds more than a run that was cut off before its plan stood."""
    return out.is_dir() and any(path.name != workspace.WORK for path in out.iterdir())


def _clear(out: Path) -> None:
    """Remove an earlier run. Its manifest goes first, to where the plan of an unfinished run is looked for."""
    if (out / MANIFEST).exists():
        (out / MANIFEST).replace(workspace.plan_path(out))
    ours = [out / name for name in _OURS if name != workspace.WORK]
    for path in (*ours, *(out / workspace.WORK).glob("*/")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _elsewhere(out: Path) -> str:
    option = "VLMDATA_HOME" if out.is_relative_to(home()) else "--out"
    return f"Mend it, or choose another {option}"
