"""``vlmdata check``."""

from __future__ import annotations

import typer

from vlmdata.cli.options import Json, Quiet, RecipeName
from vlmdata.cli.terminal import say_json


def check(recipe: RecipeName, json: Json = False, quiet: Quiet = False) -> None:
    """Check a recipe and show it with every default.

    Inputs are not looked at; `vlmdata preprocess RECIPE --dry-run` does that.

    Example: vlmdata check recipes/demo.yaml
    """
    import yaml

    from vlmdata.recipe import load

    resolved = load(recipe).resolved()
    if json:
        say_json(resolved)
    elif not quiet:
        typer.echo(yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True).rstrip())
