"""``vlmdata check``."""

from __future__ import annotations

import typer

from vlmdata.cli.options import Json, Quiet, RecipeName
from vlmdata.cli.show import say_advice
from vlmdata.cli.terminal import say_json


def check(recipe: RecipeName, json: Json = False, quiet: Quiet = False) -> None:
    """Check a recipe and show it with every default.

    Of inputs only what data set directories say of themselves is looked at; `vlmdata preprocess RECIPE --dry-run`
    looks at all of them. Warnings say what a mix of data sets lacks.

    Example: vlmdata check recipes/demo.yaml
    """
    import yaml

    from vlmdata.recipe import advice, load

    checked = load(recipe)
    if json:
        say_json({**checked.resolved(), "warnings": advice(checked)})
    elif not quiet:
        typer.echo(yaml.safe_dump(checked.resolved(), sort_keys=False, allow_unicode=True).rstrip())
        say_advice(advice(checked))
