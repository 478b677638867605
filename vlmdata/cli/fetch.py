"""``vlmdata fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import ExecutorName, Json, Overwrite, Quiet, Workers, where
from vlmdata.cli.options_http import (
    AllowPrivateHosts,
    Concurrency,
    MaxBytes,
    Mirror,
    PerHost,
    Retries,
    Timeout,
    UrlCache,
    fetching,
)

if TYPE_CHECKING:
    from vlmdata.shards.formats import FormatName


def fetch(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A data set of `vlmdata datasets`, hub:OWNER/NAME, `urls` or `archive`.",
            show_default=False,
        ),
    ],
    table: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="urls: the table; archive: the zip or tar. A path or an address."),
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Split to fetch.")] = None,
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Configuration, where the data set has several.")
    ] = None,
    revision: Annotated[str | None, typer.Option(metavar="REV", help="hub: branch, tag or commit.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N rows.")] = None,
    where_: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Only rows for which this holds: 'width >= 256'.")
    ] = None,
    sample: Annotated[int | None, typer.Option(metavar="N", min=1, help="N rows chosen by --seed.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of --sample.")] = None,
    url_column: Annotated[str | None, typer.Option(metavar="NAME", help="Column of addresses.")] = None,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="Column of captions.")] = None,
    image_column: Annotated[str | None, typer.Option(metavar="NAME", help="hub: column of pictures.")] = None,
    hash_column: Annotated[str | None, typer.Option(metavar="NAME", help="Column of MD5 or SHA-256 to check.")] = None,
    sha256: Annotated[str | None, typer.Option(metavar="HEX", help="archive: what its bytes must have.")] = None,
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of files downloaded by hand, used where they are there.")
    ] = None,
    resize: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Shrink pictures to N pixels on the longer side.")
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", metavar="NAME", help="parquet (default) or webdataset; repeatable.")
    ] = None,
    samples_per_shard: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=10_000, help="5000 by default.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed downloads of a finished fetch again, and only those.")
    ] = False,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help="vlmdata, or img2dataset (optional package).")
    ] = "vlmdata",
    mirror: Mirror = None,
    concurrency: Concurrency = None,
    per_host: PerHost = None,
    timeout: Timeout = None,
    retries: Retries = None,
    max_bytes: MaxBytes = None,
    url_cache: UrlCache = None,
    allow_private_hosts: AllowPrivateHosts = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; the cache by default.", show_default=False)
    ] = None,
    workers: Workers = None,
    executor: ExecutorName = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch data sets, Hub repositories, archives, lists of URLs.

    Original bytes are kept. The same command again resumes, or finds it fetched.

    Example: vlmdata fetch shapes --limit 300 --out shapes-raw

    Example: vlmdata fetch urls --from laion.parquet --where "width >= 256" --out laion-raw
    """
    from dataclasses import replace

    from vlmdata.cli.show import show_run
    from vlmdata.engine.run import DOWNLOADERS
    from vlmdata.engine.run import fetch as run
    from vlmdata.errors import UsageError
    from vlmdata.recipe import Output, named_source, nearest
    from vlmdata.steps.resize import ImageResize

    asked = {
        "split": split, "config": config, "revision": revision, "limit": limit, "where": where_, "sample": sample,
        "seed": seed, "url_column": url_column, "text_column": text_column, "image_column": image_column,
        "hash_column": hash_column, "sha256": sha256, "files": files and str(files.absolute()),
    }  # fmt: skip
    if engine not in DOWNLOADERS:
        raise UsageError(f"unknown engine {engine!r}{nearest(engine, DOWNLOADERS)}")
    http = fetching(mirror, concurrency, per_host, timeout, retries, max_bytes, url_cache, allow_private_hosts)
    source = named_source(name, table, {key: value for key, value in asked.items() if value is not None})
    folder, manifest = run(
        source,
        out,
        replace(where(workers, executor, overwrite, json or quiet), fetching=http, downloader=engine),
        steps=[ImageResize(max_side=resize)] if resize else [],
        settings=Output(formats=_formats(formats), max_samples=samples_per_shard or Output().max_samples),
        retry_failed=retry_failed,
    )
    show_run(folder, manifest, as_json=json, quiet=quiet)


def _formats(names: list[str] | None) -> tuple[FormatName, ...]:
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest
    from vlmdata.shards.formats import FORMATS

    for name in names or ():
        if name not in FORMATS:
            raise UsageError(f"unknown format {name!r}{nearest(name, FORMATS)}")
    return tuple(one for one in FORMATS if one in (names or FORMATS[:1]))
