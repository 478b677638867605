"""How far a run is: a bar on a terminal, a line a minute elsewhere, or nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.engine.traffic import Pace, together, traffic_of
from vlmdata.engine.workspace import Heartbeat
from vlmdata.types import TaskReport

if TYPE_CHECKING:
    from rich.console import Console

    from vlmdata.engine.plan import Plan

log = logging.getLogger(__name__)


class Progress:
    """Counts rows of finished tasks and adds what running ones signal. Subclasses show it."""

    every_s = 1.0

    def __init__(self) -> None:
        self._pace = Pace()
        self._name = ""
        self._stage = ""
        self._total = 0
        self._done = 0
        self._finished: set[int] = set()

    @contextmanager
    def watching(self, out: Path, plan: Plan) -> Iterator[None]:
        """Show progress of the run in ``out`` until the block ends."""
        self._name, self._total, self._done = plan.recipe.name, plan.rows, 0
        self._finished = set()
        self._pace = Pace(together(traffic_of(out)))
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(out, over), daemon=True)
        self.begin()
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self.end()

    def stage(self, name: str) -> None:
        """What is done now, such as ``writing``."""
        self._stage = name

    def finished(self, report: TaskReport) -> None:
        """A task has been published."""
        self._finished.add(report.task)
        self._done += report.rows

    def remark(self, text: str) -> None:
        """Say ``text`` to whoever watches, outside a run."""

    def begin(self) -> None:
        """Called before the first ``show``."""

    def show(self, rows: int, traffic: str) -> None:
        """Rows done so far, of all tasks, and what is said of the network, if it is used."""

    def end(self) -> None:
        """Called after the last ``show``, however the run ended."""

    def _watch(self, out: Path, over: threading.Event) -> None:
        while not over.wait(self.every_s):
            with suppress(FileNotFoundError):  # the run ends and takes its working folder away
                traffic = traffic_of(out)
                rows = Counter(Heartbeat.rows(out)) | Counter({task: one.rows for task, one in traffic.items()})
                running = sum(count for task, count in rows.items() if task not in self._finished)
                self.show(self._done + running, self._pace.told(together(traffic)))


class Silent(Progress):
    """For ``--quiet``, ``--json`` and for use as a library."""


class Lines(Progress):
    """A log line a minute."""

    every_s = 60.0

    def remark(self, text: str) -> None:
        log.info("%s", text)

    def begin(self) -> None:
        self._began = time.monotonic()

    def show(self, rows: int, traffic: str) -> None:
        rate = rows / max(1e-9, time.monotonic() - self._began)
        left = f", {(self._total - rows) / rate / 60:.0f} minutes left" if rows else ""
        more = f"; {traffic}" if traffic else ""
        log.info("%s: %s, %d of %d rows, %.0f rows/s%s%s", self._name, self._stage, rows, self._total, rate, left, more)


class Bar(Progress):
    """A rich progress bar."""

    every_s = 0.25

    def __init__(self, console: Console) -> None:
        super().__init__()
        from rich import progress as rich
        from rich.console import Group
        from rich.live import Live
        from rich.text import Text

        self._bar = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TextColumn("rows"),
            rich.TimeElapsedColumn(),
            rich.TimeRemainingColumn(),
            console=console,
        )
        self._traffic = Text(no_wrap=True, overflow="ellipsis")
        self._live = Live(Group(self._bar, self._traffic), console=console, transient=True)

    def remark(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def begin(self) -> None:
        self._task = self._bar.add_task(self._name, total=self._total)
        self._live.start()

    def show(self, rows: int, traffic: str) -> None:
        self._bar.update(self._task, completed=rows, description=f"{self._name}: {self._stage}")
        self._traffic.plain = traffic

    def end(self) -> None:
        self._live.stop()
        self._bar.remove_task(self._task)
        self._traffic.plain = ""
