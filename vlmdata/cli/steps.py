"""``vlmdata steps``."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import Json, Quiet
from vlmdata.cli.terminal import hanging, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vlmdata.steps.base import AnyStep


def steps(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One step, in full.", show_default=False)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the steps a recipe can use, or describe one.

    Example: vlmdata steps filter.image
    """
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest
    from vlmdata.steps import steps_by_name

    known = steps_by_name()
    if name is not None and name not in known:
        raise UsageError(f"unknown step {name!r}{nearest(name, known)}")
    if json:
        chosen = {name: known[name]} if name else known
        say_json({key: step.model_json_schema() for key, step in chosen.items()})
    elif quiet:
        return
    elif name:
        say(_in_full(name, known[name]))
    else:
        width = max(map(len, known)) + 2
        for key, step in known.items():
            say(hanging(key, cleandoc(step.__doc__ or "").splitlines()[0], indent=0, label_width=width))


def _in_full(name: str, step: type[AnyStep]) -> Iterator[str]:
    yield from (name, "", cleandoc(step.__doc__ or ""))
    if step.model_fields:
        yield from ("", "## Parameters")
    width = max(map(len, step.model_fields), default=0) + 2
    for field, info in step.model_fields.items():
        default = "required" if info.is_required() else f"default: {info.get_default(call_default_factory=True)!r}"
        yield from hanging(field, f"{info.description or ''} ({default})".lstrip(), indent=2, label_width=width)
