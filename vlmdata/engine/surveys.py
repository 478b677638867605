"""Signatures of earlier runs: a global step need not look at rows again while nothing before it has changed.

Each file is that of one task, under a name that covers the inputs, the steps so far and the rows of the task.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from vlmdata.engine.fingerprint import survey_fingerprint
from vlmdata.engine.job import Task
from vlmdata.engine.plan import Plan
from vlmdata.engine.reuse import software
from vlmdata.errors import StorageError
from vlmdata.io.atomic import publishing
from vlmdata.io.cache import surveys


def survey_folder(plan: Plan, number: int) -> Path:
    """Where signatures for global step ``number`` are kept."""
    digests = [info.digest for info in plan.infos]
    told = survey_fingerprint(plan.recipe, number, digests, plan.suffixes, plan.role, software(plan))
    return surveys() / told[:32]


def kept_survey(folder: Path, task: Task) -> Path:
    """The file of ``task`` in such a folder, if there is one."""
    return folder / f"{hashlib.sha256(repr(task).encode()).hexdigest()[:32]}.parquet"


def take_over(kept: Path, path: Path) -> bool:
    """Give a run the signatures kept from an earlier one; whether there are any."""
    if not kept.exists():
        return False
    with suppress(OSError):
        os.utime(kept)
    _link(kept, path)
    return True


def keep(path: Path, kept: Path) -> None:
    """Keep signatures for later runs. A cache that takes no more is no reason to end a run."""
    with suppress(OSError, StorageError):
        _link(path, kept)


def _link(source: Path, target: Path) -> None:
    """The same bytes under another name: without a copy where both are on one disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        with publishing(target) as partial:
            shutil.copyfile(source, partial)
