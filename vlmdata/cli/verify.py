"""``vlmdata verify``."""

from __future__ import annotations

import typer

from vlmdata.cli.options import Directory, Json


def verify(directory: Directory, json: Json = False) -> None:
    """Check a data set directory against its manifest: files, hashes, rows, keys, both formats alike.

    Example: vlmdata verify demo-output
    """
    import json as json_module

    from vlmdata.errors import VerifyError
    from vlmdata.shards.manifest_file import read_manifest
    from vlmdata.shards.verify import verify as problems_of

    manifest = read_manifest(directory)
    problems = problems_of(directory)
    if json:
        typer.echo(json_module.dumps({"directory": str(directory), "problems": problems}, ensure_ascii=False, indent=2))
    if problems:
        more = f" (and {len(problems) - 1} more; --json lists them)" if len(problems) > 1 else ""
        raise VerifyError(f"{directory}: {problems[0]}{more}")
    if not json:
        typer.echo(
            f"{directory}: {manifest.written} samples in {len(manifest.shards)} shards, all as the manifest says"
        )
