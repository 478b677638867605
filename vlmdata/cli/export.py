"""``vlmdata export``."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import Directory, Json, Quiet
from vlmdata.cli.terminal import hanging, printable, say, say_json, several

if TYPE_CHECKING:
    from vlmdata.shards.exports.export import Exported
    from vlmdata.shards.exports.tally import Watch

log = logging.getLogger(__name__)

_EVERY_S = 60.0


def export(
    directory: Directory,
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT", help="energon, mds, litdata, lance, llava, messages, vlmeval or coco.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; DIR-FORMAT by default.", show_default=False)
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="One split; all of them by default.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where a sample cannot be written.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a data set as another trainer or evaluator reads it.

    energon: tars with the index of Megatron-Energon. mds: MosaicML Streaming. litdata: LitData. lance: Lance tables.
    llava: LLaVA's JSON. messages: chat messages in JSON Lines (TRL). vlmeval: VLMEvalKit's TSV. coco: COCO instances.
    The last four keep pictures as they stand in the text, one for each place, and refuse data cut into tiles.

    Samples that a format cannot hold are counted, and listed in left-out.csv.

    Example: vlmdata export demo-output --to energon
    """
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest
    from vlmdata.shards.exports import EXPORTS
    from vlmdata.shards.exports.export import export as run

    if to not in EXPORTS:
        raise UsageError(f"unknown format {to!r}{nearest(to, EXPORTS)}")
    target = out or directory.resolve().with_name(f"{directory.resolve().name}-{to}")
    with _watched(directory, silent=json or quiet) as watch:
        made = run(directory, to, target, split=split, strict=strict, overwrite=overwrite, watch=watch)
    if json:
        say_json({"directory": str(target), **made.to_json()})
    elif not quiet:
        say(_lines(target, made))


def _lines(target: Path, made: Exported) -> Iterator[str]:
    from rich.filesize import decimal

    from vlmdata.shards.exports.tally import LEFT_OUT

    kind = " of evaluation data" if made.role == "eval" else ""
    yield printable(f"{target}: {several(sum(made.samples.values()), 'sample')}{kind} as {made.format}")
    splits = ", ".join(f"{split} {samples:,}" for split, samples in made.samples.items())
    yield from hanging("splits", splits, indent=2, label_width=10)
    for name, facts in list(made.files.items())[:3]:
        md5 = f", MD5 {facts['md5']}" if "md5" in facts else ""
        size = decimal(facts["bytes"]) if "bytes" in facts else several(facts["samples"], "sample")
        yield from hanging("", f"{name}  {size}{md5}", indent=2, label_width=10)
    if len(made.files) > 3:
        yield from hanging("", f"and {len(made.files) - 3:,} more files", indent=2, label_width=10)
    for label, counts in (("left out", made.left_out), ("not kept", made.notes)):
        if counts:
            told = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
            yield from hanging(label, told, indent=2, label_width=10)
    if made.left_out:
        yield from hanging("", str(target / LEFT_OUT), indent=2, label_width=10)


@contextmanager
def _watched(directory: Path, *, silent: bool) -> Iterator[Watch]:
    """A bar on a terminal, a line a minute elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from vlmdata.shards.manifest_file import read_manifest

    total = read_manifest(directory).written
    if silent:
        yield lambda done: None
    elif not sys.stderr.isatty():
        yield _Lines(total).show
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("export", total=total)
            yield lambda done: bar.update(task, completed=done)


class _Lines:
    """A log line a minute."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._next = time.monotonic() + _EVERY_S

    def show(self, done: int) -> None:
        if time.monotonic() >= self._next:
            log.info("export: %d of %d samples", done, self._total)
            self._next = time.monotonic() + _EVERY_S
