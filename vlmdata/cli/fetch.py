"""``vlmdata fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vlmdata.cli.options import CORES, ExecutorName, Json, Overwrite, Quiet, Workers, where


def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set of `vlmdata datasets`.", show_default=False)],
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Split to fetch.")] = None,
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Configuration, where the data set has several.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N rows.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; the cache by default.", show_default=False)
    ] = None,
    workers: Workers = CORES,
    executor: ExecutorName = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch a published data set, original bytes kept.

    The same command again resumes, or finds it fetched.

    Example: vlmdata fetch shapes --limit 300 --out shapes-raw
    """
    from vlmdata.cli.show import show_run
    from vlmdata.engine.run import fetch as run
    from vlmdata.recipe import named_dataset

    asked = {"split": split, "config": config, "limit": limit}
    dataset = named_dataset(name, {key: value for key, value in asked.items() if value is not None})
    folder, manifest = run(dataset, out, where(workers, executor, overwrite, json or quiet))
    show_run(folder, manifest, as_json=json, quiet=quiet)
