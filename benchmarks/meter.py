"""What a command costs with all the processes it starts, daemons included. Linux only."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_BETWEEN_LOOKS = 0.25
_FAREWELL = 30.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user and system) and wall seconds of a command, and what it printed."""

    cpu: float
    wall: float
    printed: str


def measured(command: Sequence[str], environment: Mapping[str, str], cores: int) -> Cost:
    """Run ``command`` on ``cores`` cores and wait for its last process. ``SystemExit`` where it fails.

    Two counts are taken: of processes that were waited for by their parents, and of all descendants as ``/proc`` shows
    them. Each misses something, the first what a daemon such as Ray's leaves unreaped, the second the last quarter of
    a second of each process. The larger one is given.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    seen: dict[tuple[int, float], float] = {}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores]),  # noqa: PLW1509
    ) as process:
        printed = _printed(process, seen)
        wall = time.perf_counter() - began
    _part(seen)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{printed[-3000:]}")
    reaped = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(max(reaped, sum(seen.values())), wall, printed)


def _printed(process: subprocess.Popen[str], seen: dict[tuple[int, float], float]) -> str:
    while True:
        try:
            return process.communicate(timeout=_BETWEEN_LOOKS)[0]
        except subprocess.TimeoutExpired:
            _look(seen)


def _look(seen: dict[tuple[int, float], float]) -> list[psutil.Process]:
    """Note the CPU time of every descendant, zombies too."""
    living: list[psutil.Process] = psutil.Process().children(recursive=True)
    for process in living:
        try:
            spent = process.cpu_times()
            seen[process.pid, process.create_time()] = spent.user + spent.system
        except psutil.NoSuchProcess:
            continue
    return living


def _part(seen: dict[tuple[int, float], float]) -> None:
    """Reap what the command left behind; what does not end by itself is ended."""
    limit = time.monotonic() + _FAREWELL
    while left := _look(seen):
        if time.monotonic() > limit:
            for process in left:
                process.kill()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.1)
