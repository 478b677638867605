"""``vlmdata preprocess``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vlmdata.cli.options import (
    DecoderName,
    ExecutorName,
    Json,
    Overwrite,
    Quiet,
    RecipeName,
    Workers,
    decoder_named,
    where,
)


def preprocess(
    recipe: RecipeName,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; ./NAME of the recipe by default.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N rows of each input.")] = None,
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of files got by hand, for inputs that name none.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at the inputs and say what would be done.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would be done again and why, beside the run in --out.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Take nothing from earlier runs and keep nothing for later ones.")
    ] = False,
    workers: Workers = None,
    executor: ExecutorName = None,
    decoder: DecoderName = "auto",
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a recipe: inputs in, training-ready shards out.

    The same command again resumes, or finds the run finished. Published data sets that the recipe names are fetched
    into the cache first.

    Example: vlmdata preprocess recipes/demo.yaml --out demo-output --workers 2
    """
    from dataclasses import replace

    from vlmdata.cli.show import show_plan, show_run
    from vlmdata.engine.output import standing
    from vlmdata.engine.run import plan_of, preprocess
    from vlmdata.pixels.decoder import resolve
    from vlmdata.recipe import advice, load

    checked = load(recipe)
    if limit:
        checked = checked.with_limit(limit)
    if files:
        checked = checked.with_files(files.absolute())
    chosen = resolve(decoder_named(decoder), checked.output.image.fidelity)
    place = where(workers, executor, overwrite, json or quiet, chosen)
    place = replace(place, reuse=not no_cache)
    folder = out or Path(checked.name)
    if explain:
        from vlmdata.cli.explain import show_explanation
        from vlmdata.engine.explain import explain as explained

        show_explanation(folder, explained(plan_of(checked, place), folder.absolute()), as_json=json, quiet=quiet)
    elif dry_run:
        plan = plan_of(checked, place)
        found = standing(folder.absolute(), plan, overwrite)
        show_plan(folder, plan, found, advice(checked), as_json=json, quiet=quiet)
    else:
        show_run(folder, preprocess(checked, folder, place), as_json=json, quiet=quiet)
