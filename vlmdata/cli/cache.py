"""``vlmdata cache``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vlmdata.cli.options import Json, Quiet, byte_size
from vlmdata.cli.terminal import printable, say, say_json, several

if TYPE_CHECKING:
    from vlmdata.io.cache_contents import Kind

_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def cache(
    clear: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT", help="Remove it: a name as it is shown, or all. May be repeated.", show_default=False
        ),
    ] = None,
    bound: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT=SIZE",
            help="How large answers, renders or surveys may grow, such as renders=20GB; 0 keeps nothing.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what is kept between runs, bound it, clear it.

    All of it is made or fetched again when it is needed, so clearing costs time alone. Nothing but what vlmdata wrote
    is removed. What a run in progress needs is not cleared; it can do without answers and renders.

    Example: vlmdata cache --bound renders=20GB --clear answers
    """
    from vlmdata.io.reuse import set_bound

    sizes, kinds = [_bound(text) for text in bound or ()], _kinds(clear or ())
    for name, size in sizes:
        set_bound(name, size)
    cleared = [(kind, _cleared(kind)) for kind in kinds]
    if json:
        say_json({**_found(), "cleared": {kind.name: told for kind, told in cleared}})
    elif not quiet:
        for kind, told in cleared:
            typer.echo(f"{kind.name}: {_size(told['bytes'])} removed")
            for name in told["left"]:
                typer.echo(printable(f"{kind.folder / name} was not written by vlmdata and stays"), err=True)
        say(_lines(_found()))


def _bound(text: str) -> tuple[str, int]:
    from vlmdata.errors import UsageError
    from vlmdata.io.reuse import BOUNDED
    from vlmdata.recipe import nearest

    name, sign, size = text.partition("=")
    if not sign:
        raise UsageError(f"--bound takes WHAT=SIZE such as renders=20GB, not {text!r}")
    if name not in BOUNDED:
        raise UsageError(f"--bound: {', '.join(BOUNDED)} have bounds, not {name!r}{nearest(name, BOUNDED)}")
    return name, 0 if size == "0" else byte_size(f"--bound {name}=", size)


def _kinds(names: Sequence[str]) -> list[Kind]:
    from vlmdata.errors import UsageError
    from vlmdata.io.cache_contents import KINDS
    from vlmdata.recipe import nearest

    known = {kind.name: kind for kind in KINDS}
    if "all" in names:
        return list(KINDS)
    for name in names:
        if name not in known:
            raise UsageError(f"--clear: there is no {name!r} in the cache{nearest(name, known)}")
    return [known[name] for name in dict.fromkeys(names)]


def _cleared(kind: Kind) -> dict[str, Any]:
    from vlmdata.io.cache_contents import clear

    done = clear(kind)
    return {"bytes": done.bytes, "left": list(done.left)}


def _found() -> dict[str, Any]:
    """All that is shown, as JSON has it."""
    import shutil

    from vlmdata.io.cache import home
    from vlmdata.io.cache_contents import KINDS, contents
    from vlmdata.io.reuse import bounds

    there = next(folder for folder in (home(), *home().parents) if folder.exists())
    limits = bounds()
    kinds = {}
    for kind in KINDS:
        holds = contents(kind)
        kinds[kind.name] = {
            "bytes": holds.bytes,
            "bound": limits.get(kind.name),
            "count": holds.count,
            "unit": kind.unit,
            "oldest": holds.oldest and holds.oldest.isoformat(),
        }
    return {"directory": str(home()), "free": shutil.disk_usage(there).free, "kinds": kinds}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield printable(f"{found['directory']} ({_size(found['free'])} free; $VLMDATA_HOME moves it)")
    yield f"{'':14}{'size':>9}{'bound':>9}"
    for name, kind in found["kinds"].items():
        bound = "" if kind["bound"] is None else _size(kind["bound"])
        holds = f"   {several(kind['count'], kind['unit'])}, the oldest of {kind['oldest']}" if kind["oldest"] else ""
        yield f"  {name:12}{_size(kind['bytes']):>9}{bound:>9}{holds}".rstrip()


def _size(count: int) -> str:
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:.1f} {unit}" if count < 10 * size else f"{count / size:,.0f} {unit}"
    return f"{count} B" if count else "0"
