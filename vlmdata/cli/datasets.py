"""``vlmdata datasets``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from inspect import cleandoc
from typing import Annotated

import typer

from vlmdata.cli.options import Json, Quiet
from vlmdata.cli.terminal import hanging, printable, say, say_json, several

ANY_ON_THE_HUB = "hub:OWNER/NAME"
_AT_ONCE = 8


def datasets(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One data set or format, in full.", show_default=False)
    ] = None,
    phase: Annotated[
        str | None, typer.Option(metavar="PHASE", help="Only those for: pretrain, instruct, task or eval.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="Only those about it: caption, vqa, ocr, document, grounding …")
    ] = None,
    commercial: Annotated[
        str | None, typer.Option(metavar="YES", help="Only those whose commercial use is: yes, no or unclear.")
    ] = None,
    hub: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Search the Hugging Face Hub for data sets of pictures.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="hub: show at most N.")] = 10,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List data sets and formats, or search the Hub.

    Example: vlmdata datasets --phase task --task document

    Example: vlmdata datasets --hub "chart question answering"
    """
    from vlmdata.errors import UsageError

    filtered = (phase, task, commercial) != (None, None, None)
    if (name is not None) + (hub is not None) + filtered > 1:
        raise UsageError("a NAME, a --hub search and filters do not go together")
    if hub is not None:
        _search(hub, limit, json, quiet)
    elif name is not None:
        _one(name, json, quiet)
    else:
        _all(phase, task, commercial, json, quiet, with_formats=not filtered)


def _all(
    phase: str | None, task: str | None, commercial: str | None, json: bool, quiet: bool, with_formats: bool
) -> None:
    from vlmdata.cli.catalogue import chosen, described, table
    from vlmdata.datasets import datasets_by_name, formats_by_name
    from vlmdata.datasets.hub.dataset import Hub

    kinds, formats = chosen(datasets_by_name(), phase, task, commercial), formats_by_name()
    if json:
        shown = {key: described(kind) for key, kind in kinds.items()}
        say_json({"datasets": shown, **({"formats": sorted(formats)} if with_formats else {})})
        return
    if quiet:
        return
    if not kinds:
        typer.echo("no data set of the catalogue fits")
        return
    say(table(kinds))
    if with_formats:
        typer.echo("\n`vlmdata datasets NAME` tells all of one. Beside them:")
        _list({ANY_ON_THE_HUB: cleandoc(Hub.__doc__ or "").splitlines()[0]})
        typer.echo("\nLocal formats ({path: FILE, format: FORMAT} in a recipe)")
        _list({key: cleandoc(kind.__doc__ or "").splitlines()[0] for key, kind in formats.items()})
    else:
        typer.echo(several(len(kinds), "data set"))


def _one(name: str, json: bool, quiet: bool) -> None:
    from vlmdata.cli.catalogue import described, full
    from vlmdata.datasets import datasets_by_name, formats_by_name
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest

    published, formats = datasets_by_name(), formats_by_name()
    if name not in published and name not in formats:
        raise UsageError(f"unknown data set or format {name!r}{nearest(name, {*published, *formats})}")
    if json:
        found = {name: described(published[name])} if name in published else {}
        say_json({"datasets": found, "formats": [key for key in formats if key == name]})
    elif not quiet:
        about = cleandoc(formats[name].__doc__ or "").splitlines() if name in formats else []
        say(map(printable, full(name, published[name]) if name in published else [name, "", *about]))


def _search(query: str, limit: int, json: bool, quiet: bool) -> None:
    from dataclasses import asdict

    from vlmdata.datasets.hub.taken import taken_as
    from vlmdata.io.hub_search import searched

    hits = searched(query, limit)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        taken = list(pool.map(taken_as, [hit.id for hit in hits]))
    if json:
        say_json([{**asdict(hit), **asdict(one)} for hit, one in zip(hits, taken, strict=True)])
        return
    if quiet:
        return
    if not hits:
        typer.echo(printable(f"the Hub has no data set of pictures for {query!r}"))
    for hit, one in zip(hits, taken, strict=True):
        terms = ", ".join(hit.licenses) or "no licence named"
        gate = ", gated" if hit.gated else ""
        typer.echo(printable(f"hub:{hit.id}  ({terms}{gate}; {several(hit.downloads, 'download')})"))
        what = f"read as {one.reader}" if one.reader else f"not read: {one.why}"
        known = f"; in the catalogue as {one.named}" if one.named else ""
        say(hanging("", what + known, indent=4, label_width=0, max_lines=2))


def _list(rows: dict[str, str]) -> None:
    width = max(map(len, rows), default=0) + 2
    for key, text in rows.items():
        say(hanging(key, text, indent=2, label_width=width))
