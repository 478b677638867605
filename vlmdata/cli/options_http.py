"""Options about other people's servers, and the policy they add up to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import byte_size

if TYPE_CHECKING:
    from vlmdata.engine.job import Fetching

Mirror = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FROM=TO", help="Get addresses that begin with FROM from TO; repeatable. Also VLMDATA_MIRRORS."
    ),
]
Concurrency = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Requests under way at a time; 128 by default.")
]
PerHost = Annotated[int | None, typer.Option(metavar="N", min=1, help="Of these to one host; 8 by default.")]
Timeout = Annotated[
    float | None, typer.Option(metavar="S", min=0.1, help="Seconds for one attempt, to its last byte; 30 by default.")
]
Retries = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Further attempts for what may pass; 2 by default.")
]
MaxBytes = Annotated[str | None, typer.Option(metavar="SIZE", help="Largest picture; 64MiB by default.")]
UrlCache = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of pictures by address, shared by several fetches.")
]
AllowPrivateHosts = Annotated[
    bool, typer.Option("--allow-private-hosts", help="Ask private networks and this machine, too.")
]


def fetching(
    mirror: list[str] | None,
    concurrency: int | None,
    per_host: int | None,
    timeout: float | None,
    retries: int | None,
    max_bytes: str | None,
    url_cache: Path | None,
    allow_private_hosts: bool,
) -> Fetching:
    """How to fetch. What is not given is as ``HttpPolicy`` has it. ``UsageError`` for a mirror or size that is none."""
    from vlmdata.engine.job import Fetching
    from vlmdata.io.http.mirrors import VARIABLE, Mirrors
    from vlmdata.io.http.policy import HttpPolicy

    given = {
        "concurrency": concurrency,
        "per_host": per_host,
        "timeout_s": timeout,
        "retries": retries,
        "max_bytes": None if max_bytes is None else byte_size("--max-bytes", max_bytes),
    }
    mirrors = Mirrors.parsed(mirror or ())
    os.environ[VARIABLE] = mirrors.text  # tables, archives and worker processes look there
    chosen = {name: value for name, value in given.items() if value is not None}
    policy = HttpPolicy(mirrors=mirrors, allow_private_hosts=allow_private_hosts, **chosen)  # type: ignore[arg-type]
    return Fetching(policy=policy, cache=url_cache.absolute() if url_cache else None)
