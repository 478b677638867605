"""``vlmdata fingerprints``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vlmdata.cli.options import ExecutorName, Json, Quiet, Workers, where

if TYPE_CHECKING:
    from vlmdata.engine.fingerprints import Written


def fingerprints(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="An evaluation set of `vlmdata datasets`, or a data set directory.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="File to write.", show_default=False)],
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Only this split.")] = None,
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Configuration, where the data set has several.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N rows of a split.")] = None,
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of files downloaded by hand, used where they are there.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="PATH", help="Image encoder in ONNX whose vectors are written, too.")
    ] = None,
    workers: Workers = None,
    executor: ExecutorName = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the hashes of an evaluation set, for `decontaminate`.

    A data set is fetched into the cache first. The file serves where its pictures cannot be held: `against: FILE`.

    Example: vlmdata fingerprints mmbench -o mmbench.parquet
    """
    from vlmdata.cli.terminal import say_json
    from vlmdata.engine.run import fingerprints as run
    from vlmdata.errors import UsageError
    from vlmdata.steps.leaks import Named, is_path

    what: Named | Path = Path(name).absolute()
    if not (is_path(name) or Path(name).is_dir()):
        own = files and str(files.absolute())
        what = Named(dataset=name, split=split, config=config, limit=limit, files=own)
    elif split or config or files:
        raise UsageError(f"--split, --config and --files go with the name of a data set; {name} is a folder")
    written = run(what, out, where(workers, executor, False, json or quiet), limit=limit, model=model)
    if json:
        say_json(_as_json(written))
    elif not quiet:
        _show(written)


def _as_json(written: Written) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(written), "path": str(written.path), "bytes": written.path.stat().st_size}


def _show(written: Written) -> None:
    from vlmdata.cli.terminal import several

    for one in written.sets:
        lost = f", {one.rejected:,} could not be read" if one.rejected else ""
        typer.echo(f"{one.name} {one.split or ''}: {several(one.rows, 'sample')}{lost}")
    size = written.path.stat().st_size / 1e6
    found = f"{several(written.pictures, 'picture')}, {several(written.questions, 'question')}"
    typer.echo(f"{written.path}  ({found}, {size:.1f} MB)")
