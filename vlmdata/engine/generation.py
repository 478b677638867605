"""A new generation of some shards of a finished directory, put in place as one.

    DIR/manifest.json   DIR/.work/generation-1/…                          in the making; DIR is whole as it was
    DIR/manifest.json   DIR/.work/generation-1/…   DIR/.work/commit.json  from here on there is one way: ``finish``
    DIR/.work/commit.json                                                 files change place
    DIR/manifest.json                                                     DIR is whole again

While files change place DIR has no manifest, so nobody takes it for whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlmdata.engine import output, workspace
from vlmdata.engine.ledger import DOWNLOAD
from vlmdata.engine.plan import Plan
from vlmdata.engine.retry import failures, task_of
from vlmdata.errors import InputError
from vlmdata.io.atomic import sync, write_json_atomic
from vlmdata.shards.dropped import dropped_path, read_dropped
from vlmdata.shards.manifest_file import MANIFEST, by_format
from vlmdata.types import Distributions, LicenseCounts, Manifest, StepTally, TaskReport

COMMIT = "commit.json"


def folder_of(out: Path, generation: int) -> Path:
    """Where a generation is made."""
    return out / workspace.WORK / f"generation-{generation}"


def next_generation(manifest: Manifest) -> int:
    return 1 + max((info.generation for info in manifest.shards), default=0)


def tasks_with_failures(out: Path, manifest: Manifest, plan: Plan) -> list[int]:
    """Tasks in which a download may be tried again.

    ``InputError`` where shards and tasks do not belong together any more: the directory was compacted.
    """
    found = []
    for task in plan.tasks:
        if failures(out, task.index):
            path = dropped_path(out, task.index)
            if task.rows != _samples(manifest, task.index) + sum(1 for _ in read_dropped(path, ("key",))):
                raise InputError(
                    f"the shards of {out} are not cut as fetch cut them (compact renumbers them), so single rows "
                    "cannot be put back: fetch it anew, with --overwrite or another --out"
                )
            found.append(task.index)
    return found


def commit(out: Path, manifest: Manifest, finished: Iterable[TaskReport]) -> Manifest:
    """Put the generation of these ``finished`` tasks in place; the new manifest.

    A task that gained nothing keeps its shards, and has new records of what was dropped.
    """
    reports = list(finished)
    gained = {report.task for report in reports if _gain(manifest, report)}
    new = [info for report in reports if report.task in gained for info in report.shards]
    old = [info for info in manifest.shards if task_of(info) in gained]
    kept = [info for info in manifest.shards if info not in old]
    shards = sorted((*kept, *new), key=task_of)
    write_json_atomic(
        out / workspace.WORK / COMMIT,
        {
            "manifest": replace(
                manifest,
                shards=shards,
                funnel=_summed(out, manifest, reports),
                written=manifest.written + sum(_gain(manifest, report) for report in reports),
                licenses=_licenses(manifest, reports),
                distributions=_distributions(manifest, reports),
            ).to_json(),
            "generation": next_generation(manifest),
            "remove": sorted({one.path for one in old} - {one.path for one in new}),
            "move": [one.path for one in new],
            "dropped": {str(report.task): _drops(out, manifest, report) for report in reports},
        },
    )
    return finish(out)


def finish(out: Path) -> Manifest:
    """Do what is left to do of a commit, from wherever it was cut off."""
    todo: dict[str, Any] = json.loads((out / workspace.WORK / COMMIT).read_bytes())
    source = folder_of(out, todo["generation"])
    (out / MANIFEST).unlink(missing_ok=True)
    sync(out)
    for path in todo["remove"]:
        (out / path).unlink(missing_ok=True)
    for task, has_records in todo["dropped"].items():
        path = dropped_path(out, int(task))
        if has_records:
            _move(source, out, str(path.relative_to(out)))
        else:
            path.unlink(missing_ok=True)
    for path in todo["move"]:
        _move(source, out, path)
    manifest = Manifest.from_json(todo["manifest"])
    output.publish(out, manifest)
    return manifest


def recover(out: Path) -> None:
    """Finish a commit that was cut off; nothing to do is fine."""
    if (out / workspace.WORK / COMMIT).exists():
        with workspace.locked(out):
            finish(out)


def _move(source: Path, out: Path, path: str) -> None:
    if (source / path).exists():
        (source / path).replace(out / path)
        sync((out / path).parent)


def _summed(out: Path, manifest: Manifest, reports: Sequence[TaskReport]) -> list[StepTally]:
    """What was got again comes on top of what was; the failures it was tried for are taken off."""
    funnel = [replace(tally, dropped=Counter(tally.dropped), notes=Counter(tally.notes)) for tally in manifest.funnel]
    for report in reports:
        for tally, more in zip(funnel, report.funnel, strict=True):
            if tally.name == DOWNLOAD:
                tally.dropped -= failures(out, report.task)
                more.entered = 0
            if tally.name != "read":
                tally.add(more)
    return funnel


def _licenses(manifest: Manifest, reports: Sequence[TaskReport]) -> LicenseCounts | None:
    """What the manifest counts, if it does, and what is new."""
    if manifest.licenses is None:
        return None
    return sum((report.licenses for report in reports), manifest.licenses)


def _distributions(manifest: Manifest, reports: Sequence[TaskReport]) -> Distributions | None:
    """What the manifest counts, if it does, and what is new."""
    if manifest.distributions is None:
        return None
    total = Distributions()
    for one in (manifest.distributions, *(report.distributions for report in reports)):
        total.add(one)
    return total.bounded()


def _samples(manifest: Manifest, task: int) -> int:
    """How many samples of a task are in the shards."""
    infos = next(iter(by_format(manifest).values()), [])
    return sum(info.samples for info in infos if task_of(info) == task)


def _gain(manifest: Manifest, report: TaskReport) -> int:
    return report.written - _samples(manifest, report.task)


def _drops(out: Path, manifest: Manifest, report: TaskReport) -> bool:
    return dropped_path(folder_of(out, next_generation(manifest)), report.task).exists()
