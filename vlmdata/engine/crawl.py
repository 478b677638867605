"""The other download engine: img2dataset fills a folder, and the line reads what came from there.

Its table has the rows of all tasks in order, so its shard N holds the rows of task N.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vlmdata.engine.job import Job, Task
from vlmdata.engine.rows import rows_of
from vlmdata.engine.workspace import WORK
from vlmdata.errors import UsageError
from vlmdata.io.atomic import publishing
from vlmdata.io.http.outcome import Got, Outcome
from vlmdata.io.img2dataset import KEY, Crawl, run_img2dataset
from vlmdata.types import Download, Image, Rejected, Sample

_ROWS_AT_ONCE = 4096


def crawled(job: Job, tasks: Sequence[Task], workers: int) -> Job:
    """The job with all its pictures in a folder. ``UsageError`` for rows with several pictures."""
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


def outcomes(folder: Path, task: Task) -> Callable[[Sample, Image], Outcome]:
    """What became of the pictures of a task. Their addresses are those of the table, not of a mirror."""
    crawl = Crawl(folder, task.index)

    def outcome_of(sample: Sample, image: Image) -> Outcome:
        outcome = crawl.outcome(sample.key)
        url = image.uri or ""
        return Got(outcome.data, Download(url=url, final_url=url, status=200)) if isinstance(outcome, Got) else outcome

    return outcome_of


def _write(table: Path, job: Job, tasks: Sequence[Task]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("url", pa.string()), (KEY, pa.string())])
    rows = (row for task in tasks for row in _addresses(job, task))
    with publishing(table) as partial, pq.ParquetWriter(partial, schema) as writer:
        while batch := [row for _, row in zip(range(_ROWS_AT_ONCE), rows, strict=False)]:
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _addresses(job: Job, task: Task) -> Iterator[dict[str, str | None]]:
    """A row that is none has its place without an address, so that shards and tasks stay in step."""
    for item in rows_of(job, task):
        if isinstance(item, Rejected):
            yield {"url": None, KEY: item.key}
        elif len(item.images) == 1:
            url = item.images[0].uri or ""
            yield {"url": job.fetching.policy.mirrors.apply(url) or url, KEY: item.key}
        else:
            raise UsageError(
                f"{item.origin.source} has {len(item.images)} pictures, and img2dataset takes one for each row: "
                "leave --engine out"
            )
