"""``vlmdata compact``."""

from __future__ import annotations

from typing import Annotated

import typer

from vlmdata.cli.options import Directory, Json


def compact(
    directory: Directory,
    max_samples: Annotated[int, typer.Option(min=1, help="Samples in a shard, at most.")] = 5000,
    max_bytes: Annotated[str, typer.Option(help="Size of a shard, about.")] = "512MB",
    json: Json = False,
) -> None:
    """Renumber the shards of a data set directory and even them out. Samples and their order stay.

    Example: vlmdata compact demo-output --max-samples 1000
    """
    import json as json_module

    from pydantic import ByteSize, TypeAdapter, ValidationError

    from vlmdata.shards.compact import compact as run

    try:
        size = int(TypeAdapter(ByteSize).validate_python(max_bytes))
    except ValidationError as error:
        raise typer.BadParameter(f"{max_bytes!r} is no size; write 512MB or 2GB", param_hint="--max-bytes") from error
    manifest = run(directory, max_samples=max_samples, max_bytes=size)
    if json:
        typer.echo(json_module.dumps(manifest.to_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{directory}: {manifest.written} samples in {len(manifest.shards)} shards")
