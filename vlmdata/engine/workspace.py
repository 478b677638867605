"""The hidden folder of a run in progress: plan, reports of finished tasks, decisions, signs of life, the lock."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vlmdata.errors import OutputExistsError
from vlmdata.io.digest import number_of

WORK = ".work"


def report_path(out: Path, task: int) -> Path:
    return out / WORK / "tasks" / f"{task:05d}.json"


def plan_path(out: Path) -> Path:
    return out / WORK / "plan.json"


def signature_path(out: Path, barrier: int, task: int) -> Path:
    return out / WORK / f"signatures-{barrier}" / f"{task:05d}.parquet"


def decisions_folder(out: Path, barrier: int) -> Path:
    return out / WORK / f"decisions-{barrier}"


def decision_path(folder: Path, task: int) -> Path:
    return folder / f"{task:05d}.parquet"


def uniform(name: str) -> float:
    """A number in [0, 1) that depends on ``name`` alone."""
    return number_of(name) / 2**64


def traffic_path(out: Path, task: int) -> Path:
    return out / WORK / "traffic" / f"{task:05d}.json"


class Heartbeat:
    """Rows read so far, left where whoever shows progress can see it, on any executor."""

    EVERY = 50

    def __init__(self, out: Path, task: int) -> None:
        self._path = out / WORK / "heartbeats" / f"{task:05d}"
        self._last = 0

    def beat(self, rows: int) -> None:
        if rows - self._last >= self.EVERY:
            self._last = rows
            self._path.write_text(str(rows), encoding="ascii")

    @staticmethod
    def rows(out: Path) -> dict[int, int]:
        """Rows read by task, of all tasks that gave a sign."""
        found = {}
        for path in (out / WORK / "heartbeats").glob("*"):
            text = path.read_text(encoding="ascii")
            if text:
                found[int(path.name)] = int(text)
        return found


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Only one run at a time writes to ``out``. The lock ends with the process, however it ends."""
    with (out / WORK / "lock").open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputExistsError(f"another vlmdata run is writing to {out}: wait for it, or end it") from error
        yield
