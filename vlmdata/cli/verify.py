"""``vlmdata verify``."""

from __future__ import annotations

import typer

from vlmdata.cli.options import Directory, Json, Quiet
from vlmdata.cli.terminal import printable, say, say_json, several


def verify(directory: Directory, json: Json = False, quiet: Quiet = False) -> None:
    """Check a data set against its manifest.

    Files, hashes, rows, keys and references, and that both formats hold the same. Rows that are published and were not
    there to be fetched are noted.

    Example: vlmdata verify demo-output
    """
    from vlmdata.errors import VerifyError
    from vlmdata.shards.manifest_file import read_manifest
    from vlmdata.shards.notes import notes
    from vlmdata.shards.verify import verify as problems_of

    manifest = read_manifest(directory)
    problems = problems_of(directory)
    if json:
        say_json({"directory": str(directory), "problems": problems, "notes": notes(manifest)})
    if problems:
        more = f" (and {len(problems) - 1} more; --json lists them)" if len(problems) > 1 else ""
        raise VerifyError(f"{directory}: {problems[0]}{more}")
    if not json and not quiet:
        found = f"{several(manifest.written, 'sample')} in {several(len(manifest.shards), 'shard')}"
        typer.echo(printable(f"{directory}: {found}, all as the manifest says"))
        say(printable(note) for note in notes(manifest))
