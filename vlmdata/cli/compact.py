"""``vlmdata compact``."""

from __future__ import annotations

from typing import Annotated

import typer

from vlmdata.cli.options import Directory, Json, Quiet, byte_size
from vlmdata.cli.terminal import printable, say_json, several


def compact(
    directory: Directory,
    max_samples: Annotated[int, typer.Option(metavar="N", min=1, help="Samples in a shard, at most.")] = 5000,
    max_bytes: Annotated[str, typer.Option(metavar="SIZE", help="Size of a shard, about.")] = "512MB",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Renumber the shards of a data set and even them out.

    Samples and their order stay. Needs as much free space as the data set takes.

    Example: vlmdata compact demo-output --max-samples 1000
    """
    from vlmdata.shards.compact import compact as run

    manifest = run(directory, max_samples=max_samples, max_bytes=byte_size("--max-bytes", max_bytes))
    if json:
        say_json({"directory": str(directory), **manifest.to_json()})
    elif not quiet:
        shards = several(len(manifest.shards), "shard")
        typer.echo(printable(f"{directory}: {several(manifest.written, 'sample')} in {shards}"))
