"""Options that several verbs share, and what they turn into."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vlmdata.engine.run import Where

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Workers = Annotated[int, typer.Option(min=1, help="Worker processes.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Remove what an earlier run wrote in the output folder.")]
ExecutorName = Annotated[str | None, typer.Option("--executor", help="serial or processes; chosen by --workers.")]
Directory = Annotated[Path, typer.Argument(help="A data set directory.", show_default=False)]

CORES = os.process_cpu_count() or 1 if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))


def where(workers: int, executor: str | None, overwrite: bool, silent: bool) -> Where:
    """Where to run, with a bar on a terminal, a line a minute elsewhere."""
    from rich.console import Console

    from vlmdata.engine.progress import Bar, Lines, Progress, Silent
    from vlmdata.engine.run import Where
    from vlmdata.executors import EXECUTORS

    if executor is not None and executor not in EXECUTORS:
        raise typer.BadParameter(f"unknown executor {executor!r}; known: {', '.join(EXECUTORS)}")
    console = Console(stderr=True)
    progress: Progress
    if silent:
        progress = Silent()
    elif sys.stderr.isatty():
        progress = Bar(console)
    else:
        progress = Lines()
    return Where(workers=workers, executor=executor, overwrite=overwrite, progress=progress)
