"""``vlmdata steps``."""

from __future__ import annotations

from inspect import cleandoc
from typing import Annotated

import typer

from vlmdata.cli.options import Json


def steps(
    name: Annotated[str | None, typer.Argument(help="One step, in full.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """List the steps a recipe can use, or describe one.

    Example: vlmdata steps filter.image
    """
    import json as json_module

    from vlmdata.recipe import nearest
    from vlmdata.steps import steps_by_name

    known = steps_by_name()
    if name is not None and name not in known:
        raise typer.BadParameter(f"unknown step {name!r}{nearest(name, known)}")
    chosen = {name: known[name]} if name else known
    if json:
        schemas = {key: step.model_json_schema() for key, step in chosen.items()}
        typer.echo(json_module.dumps(schemas, ensure_ascii=False, indent=2))
    elif name:
        typer.echo(f"{name}\n\n{cleandoc(known[name].__doc__ or '')}\n")
        for field, info in known[name].model_fields.items():
            default = "required" if info.is_required() else f"default {info.default!r}"
            typer.echo(f"  {field}  ({default})  {info.description or ''}".rstrip())
    else:
        width = max(map(len, known))
        for key, step in known.items():
            typer.echo(f"{key:{width}}  {cleandoc(step.__doc__ or '').splitlines()[0]}")
