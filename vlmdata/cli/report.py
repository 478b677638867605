"""``vlmdata report``."""

from __future__ import annotations

from typing import Annotated

import typer

from vlmdata.cli.options import Directory, Json, Quiet
from vlmdata.cli.terminal import printable, say_json


def report(
    directory: Directory,
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, max=500, help="Show N samples, as far as 9 MB of pictures go.")
    ] = 24,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write report.html of a data set directory anew.

    Every run leaves one; this shows more samples, or a directory of an older vlmdata.

    Example: vlmdata report demo-output --samples 100
    """
    from vlmdata.engine.gallery import picked
    from vlmdata.report.page import write_report
    from vlmdata.shards.manifest_file import read_manifest

    manifest = read_manifest(directory)
    path = write_report(directory, manifest, picked(directory, manifest, samples))
    if json:
        say_json({"report": str(path), "bytes": path.stat().st_size})
    elif not quiet:
        typer.echo(printable(f"{path}  {path.stat().st_size / 1e6:,.1f} MB"))
