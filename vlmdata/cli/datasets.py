"""``vlmdata datasets``."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import Json, Quiet
from vlmdata.cli.terminal import hanging, say, say_json

if TYPE_CHECKING:
    from vlmdata.datasets.base import Dataset


ANY_ON_THE_HUB = "hub:OWNER/NAME"


def datasets(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One data set or format, in full.", show_default=False)
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the data sets and local formats that can be read.

    Example: vlmdata datasets shapes
    """
    from vlmdata.datasets import datasets_by_name, formats_by_name
    from vlmdata.datasets.hub import Hub
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest

    published, formats = datasets_by_name(), formats_by_name()
    known = {**published, **formats}
    if name is not None and name not in known:
        raise UsageError(f"unknown data set or format {name!r}{nearest(name, known)}")
    if json:
        described = {key: _described(kind) for key, kind in published.items() if name in (None, key)}
        say_json({"datasets": described, "formats": [key for key in sorted(formats) if name in (None, key)]})
    elif quiet:
        return
    elif name:
        say([name, "", cleandoc(known[name].__doc__ or "")])
    else:
        typer.echo("Data sets (vlmdata fetch NAME, or {dataset: NAME} in a recipe)")
        named = {key: f"{_terms(kind)}. {_first_line(kind)}" for key, kind in published.items()}
        _list({**named, ANY_ON_THE_HUB: _first_line(Hub)})
        typer.echo("\nLocal formats ({path: FILE, format: FORMAT} in a recipe)")
        _list({key: _first_line(kind) for key, kind in formats.items()})


def _described(kind: type[Dataset]) -> dict[str, object]:
    return {
        "phase": kind.phase,
        "tasks": list(kind.tasks),
        "splits": list(kind.splits),
        "commercial": kind.license.commercial,
        "homepage": kind.homepage,
        "revision": kind.revision,
    }


def _terms(kind: type[Dataset]) -> str:
    return f"{kind.phase}; commercial use: {kind.license.commercial}"


def _first_line(kind: type) -> str:
    return cleandoc(kind.__doc__ or "").splitlines()[0]


def _list(rows: dict[str, str]) -> None:
    width = max(map(len, rows), default=0) + 2
    for key, text in rows.items():
        say(hanging(key, text, indent=2, label_width=width))
