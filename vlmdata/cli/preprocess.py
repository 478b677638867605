"""``vlmdata preprocess``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vlmdata.cli.options import CORES, ExecutorName, Json, Overwrite, Quiet, Workers, where


def preprocess(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a shipped recipe.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="Folder to write; ./NAME of the recipe by default.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N rows of each input.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    workers: Workers = CORES,
    executor: ExecutorName = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a recipe: inputs in, training-ready shards out. The same command again resumes.

    Example: vlmdata preprocess recipes/demo.yaml --out demo-output --workers 2
    """
    from vlmdata.cli.show import show_plan, show_run
    from vlmdata.engine.run import plan_of, preprocess
    from vlmdata.recipe import load

    checked = load(recipe)
    if limit:
        checked = checked.with_limit(limit)
    place = where(workers, executor, overwrite, json or quiet)
    folder = out or Path(checked.name)
    if dry_run:
        show_plan(folder, plan_of(checked, place), as_json=json)
    else:
        show_run(folder, preprocess(checked, folder, place), as_json=json, quiet=quiet)
