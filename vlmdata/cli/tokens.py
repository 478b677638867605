"""``vlmdata tokens``."""

from __future__ import annotations

from typing import Annotated

import typer

from vlmdata.cli.options import Json, Quiet

_NOTHING = "give sizes such as 640x480, - to read them from stdin, a file of them, a data set directory, or --recipe"


def tokens(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WxH|FILE|-|DIR",
            help="Sizes in pixels, a file of them, - for stdin, or a data set directory.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[str | None, typer.Option("--policy", "-p", metavar="P", help="A policy of tile.anyres.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="M", help="A model, for its policy; see vlmdata models.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the policy, such as max_tiles=6; repeat it."),
    ] = None,
    images: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Pictures in the sample; some policies cut less then.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option("--recipe", metavar="RECIPE", help="Count what a recipe's samples take instead.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="With --recipe: only the first N rows of each input.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show grid, views and image tokens of sizes or of a data set.

    For sizes a line each: resized, grid, views (in JSON: images) and image tokens. For a data set directory or a recipe
    the total and how many samples take how many tokens. Of a directory no picture is read; for a recipe pictures are
    read as far as their size, steps run, nothing is written, and steps that decide over the whole set are left out.

    Example: vlmdata tokens --policy internvl --option max_tiles=6 640x480 1920x1080
    """
    from pathlib import Path

    from vlmdata.cli.tiling_rule import rule_of
    from vlmdata.errors import UsageError

    words = what or []
    folders = [word for word in words if Path(word).is_dir()]
    if recipe is None and not words:
        raise UsageError(_NOTHING)
    if (recipe is not None or folders) and len(words) > (recipe is None):
        raise UsageError("count one thing at a time: sizes, one data set directory, or --recipe")
    if limit is not None and recipe is None:
        raise UsageError("--limit goes with --recipe")
    if images is not None and (recipe is not None or folders):
        raise UsageError("--images goes with sizes: a data set says itself how many pictures a sample has")
    rule = rule_of(policy, model, option or [])
    if recipe is not None:
        from vlmdata.cli.token_counts import count_recipe

        count_recipe(recipe, rule, limit, as_json=json, quiet=quiet)
    elif folders:
        from vlmdata.cli.token_counts import count_directory

        count_directory(Path(folders[0]), rule, as_json=json, quiet=quiet)
    else:
        from vlmdata.cli.token_lines import show_sizes

        show_sizes(words, rule, images or 1, as_json=json, quiet=quiet)
