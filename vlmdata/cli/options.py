"""Options that several verbs share, and what they turn into."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from vlmdata.engine.run import Where
    from vlmdata.pixels.decoder import Asked, Decoder

RecipeName = Annotated[
    str,
    typer.Argument(metavar="RECIPE", help="A recipe file, or the name of a shipped recipe.", show_default=False),
]
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="A data set directory.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Worker processes; one per core by default.", show_default=False)
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Remove what an earlier run wrote in the output folder.")]
ExecutorName = Annotated[
    str | None,
    typer.Option("--executor", metavar="NAME", help="serial or processes; by default as --workers asks for."),
]

DecoderName = Annotated[
    str,
    typer.Option(
        "--decoder", metavar="NAME", help="auto, cpu or cuda: what decodes pictures; auto takes a GPU that can be used."
    ),
]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


CORES = _cores()


def where(
    workers: int | None, executor: str | None, overwrite: bool, silent: bool, decoder: Decoder | None = None
) -> Where:
    """Where to run, with a bar on a terminal, a line a minute elsewhere."""
    from rich.console import Console

    from vlmdata.engine.progress import Bar, Lines, Progress, Silent
    from vlmdata.engine.run import Where
    from vlmdata.errors import UsageError
    from vlmdata.executors import EXECUTORS
    from vlmdata.pixels.decoder import CPU
    from vlmdata.recipe import nearest

    if executor is not None and executor not in EXECUTORS:
        raise UsageError(f"unknown executor {executor!r}{nearest(executor, EXECUTORS)}")
    progress: Progress
    if silent:
        progress = Silent()
    elif sys.stderr.isatty():
        progress = Bar(Console(stderr=True))
    else:
        progress = Lines()
    chosen = decoder or CPU
    count = workers or chosen.workers(CORES)
    return Where(workers=count, executor=executor, overwrite=overwrite, decoder=chosen, progress=progress)


def decoder_named(name: str) -> Asked:
    """What ``--decoder`` asks for. ``UsageError`` for an unknown name."""
    from typing import get_args

    from vlmdata.errors import UsageError
    from vlmdata.pixels.decoder import Asked
    from vlmdata.recipe import nearest

    for known in get_args(Asked):
        if name == known:
            return cast("Asked", known)
    raise UsageError(f"unknown decoder {name!r}{nearest(name, get_args(Asked))}")


def byte_size(option: str, text: str) -> int:
    """A size in bytes as people write it. ``UsageError`` where it is none."""
    from pydantic import ByteSize, TypeAdapter, ValidationError

    from vlmdata.errors import UsageError

    try:
        size = int(TypeAdapter(ByteSize).validate_python(text))
    except ValidationError:
        size = 0
    if size <= 0:
        raise UsageError(f"{option} should be a size such as 512MB or 2GB, not {text!r}")
    return size
