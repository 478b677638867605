"""``vlmdata check``."""

from __future__ import annotations

from typing import Annotated

import typer

from vlmdata.cli.options import Json


def check(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a shipped recipe.", show_default=False)],
    json: Json = False,
) -> None:
    """Check a recipe without running it, and show it with every default written out.

    Example: vlmdata check recipes/demo.yaml
    """
    import json as json_module

    import yaml

    from vlmdata.recipe import load

    resolved = load(recipe).resolved()
    if json:
        typer.echo(json_module.dumps(resolved, ensure_ascii=False, indent=2))
    else:
        typer.echo(yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True).rstrip())
