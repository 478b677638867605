"""The output folder: whose it is, whether it may be written, and what a finished run leaves in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from vlmdata.engine import workspace
from vlmdata.engine.fingerprint import DECODER
from vlmdata.engine.plan import Plan
from vlmdata.errors import OutputExistsError, StorageError
from vlmdata.io.atomic import write_json_atomic, write_text_atomic
from vlmdata.shards.card import write_card
from vlmdata.shards.manifest_file import MANIFEST, read_manifest, write_manifest
from vlmdata.types import Manifest, StepTally, TaskReport

_OURS = ("parquet", "webdataset", "dropped", workspace.WORK, MANIFEST, "README.md", "recipe.lock.yaml", "report.html")


def claim(out: Path, plan: Plan, overwrite: bool) -> Manifest | None:
    """Make ``out`` ready for this plan; the manifest where the very same run is already finished there.

    Raises ``OutputExistsError`` where another recipe or other files are in the way, ``StorageError`` where it
    cannot be written. Nothing is removed without ``overwrite``, and then only what vlmdata wrote.
    """
    if out.exists() and not out.is_dir():
        raise OutputExistsError(f"{out} is a file; --out names a folder")
    owner = _owner(out)
    if owner and owner[1] != plan.fingerprint and not overwrite:
        raise OutputExistsError(
            f"{out} holds {owner[0]!r} (fingerprint {owner[1][:12]}), not this run of {plan.recipe.name!r} "
            f"({plan.fingerprint[:12]}): recipe, inputs or versions differ. Choose another --out, or --overwrite"
        )
    if not owner and _foreign(out):
        raise OutputExistsError(f"{out} is not empty and was not written by vlmdata: choose another --out")
    if owner and not overwrite and (out / MANIFEST).exists():
        return read_manifest(out)
    try:
        if overwrite:
            _clear(out)
        for folder in ("tasks", "heartbeats"):
            (out / workspace.WORK / folder).mkdir(parents=True, exist_ok=True)
        write_json_atomic(
            workspace.plan_path(out),
            {"name": plan.recipe.name, "fingerprint": plan.fingerprint, "tasks": len(plan.tasks), "rows": plan.rows},
        )
    except OSError as error:
        raise StorageError(f"cannot write to {out}: {error.strerror or error}. Choose another --out") from error
    return None


def finished_tasks(out: Path, fingerprint: str) -> set[int]:
    """Tasks whose report is there and bears this fingerprint."""
    found = set()
    for path in (out / workspace.WORK / "tasks").glob("*.json"):
        if json.loads(path.read_bytes())["fingerprint"] == fingerprint:
            found.add(int(path.stem))
    return found


def conclude(out: Path, plan: Plan) -> Manifest:
    """Sum up the reports, write lock file, card and manifest, and take the working folder away."""
    manifest = _manifest(out, plan)
    lock = yaml.safe_dump(manifest.recipe, sort_keys=False, allow_unicode=True)
    write_text_atomic(out / "recipe.lock.yaml", lock)
    write_card(out, manifest)
    write_manifest(out, manifest)
    shutil.rmtree(out / workspace.WORK)
    return manifest


def _manifest(out: Path, plan: Plan) -> Manifest:
    manifest = Manifest(
        kind=plan.kind,
        role=plan.role,
        name=plan.recipe.name,
        fingerprint=plan.fingerprint,
        sources=list(plan.infos),
        recipe=plan.recipe.resolved(),
        decoder=DECODER,
        versions=plan.versions,
        columns=list(plan.columns),
        rows=0,
        written=0,
        funnel=[],
        shards=[],
        timings={},
    )
    for task in plan.tasks:
        report = TaskReport.from_json(json.loads(workspace.report_path(out, task.index).read_bytes()))
        manifest.rows += report.rows
        manifest.written += report.written
        manifest.shards += report.shards
        _add(manifest.funnel, report.funnel)
        for name, seconds in sorted(report.timings.items()):
            manifest.timings[name] = round(manifest.timings.get(name, 0.0) + seconds, 3)
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
        except PermissionError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}. Choose another --out") from error
    return None


def _foreign(out: Path) -> bool:
    try:
        return out.is_dir() and any(path.name not in _OURS for path in out.iterdir())
    except PermissionError as error:
        raise StorageError(f"cannot read {out}: {error.strerror}. Choose another --out") from error


def _clear(out: Path) -> None:
    for name in _OURS:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
