"""The other download engine: img2dataset fills a folder, and the line reads what came from there.

Its table has the rows of all tasks in order, so its shard N holds the rows of task N.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vlmdata.engine.job import Job, Task
from vlmdata.engine.line import rows_of
from vlmdata.engine.workspace import WORK
from vlmdata.errors import UsageError
from vlmdata.io.atomic import publishing
from vlmdata.types import Rejected

_ROWS_AT_ONCE = 4096
_NOWHERE = "http://row-without-an-address.invalid/"
"""Stands in for a row that is none (RFC 2606: the name never resolves), so that shards and tasks stay in step."""


def crawled(job: Job, tasks: Sequence[Task], workers: int) -> Job:
    """The job with all its pictures in a folder. ``UsageError`` for rows with several pictures."""
    from vlmdata.io.img2dataset import run_img2dataset

    folder = job.out / WORK / "img2dataset"
    table = folder / "table.parquet"
    if not table.exists():
        _write(table, job, tasks)
    run_img2dataset(
        table,
        folder / "shards",
        rows_per_shard=job.recipe.output.max_samples,
        processes=workers,
        threads=job.fetching.policy.concurrency,
        timeout_s=job.fetching.policy.timeout_s,
        retries=job.fetching.policy.retries,
    )
    return replace(job, fetching=replace(job.fetching, crawl=folder / "shards"))


def _write(table: Path, job: Job, tasks: Sequence[Task]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("url", pa.string()), ("vlmdata_key", pa.string())])
    rows = (row for task in tasks for row in _addresses(job, task))
    with publishing(table) as partial, pq.ParquetWriter(partial, schema) as writer:
        while batch := [row for _, row in zip(range(_ROWS_AT_ONCE), rows, strict=False)]:
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _addresses(job: Job, task: Task) -> Iterator[dict[str, str]]:
    for item in rows_of(job, task):
        if isinstance(item, Rejected):
            yield {"url": _NOWHERE, "vlmdata_key": item.key}
        elif len(item.images) == 1:
            url = item.images[0].uri or _NOWHERE
            yield {"url": job.fetching.policy.mirrors.apply(url) or url, "vlmdata_key": item.key}
        else:
            raise UsageError(
                f"{item.origin.source} has {len(item.images)} pictures, and img2dataset takes one for each row: "
                "leave --engine out"
            )
