"""The ceiling: aiohttp gets every address of a table and does nothing else with it.

``python -m benchmarks.bare_loop TABLE.csv WORKERS CONNECTIONS [OUT]``. With OUT each body is hashed and appended to
a file, which is the least that keeping it costs.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import BinaryIO


def main(table: Path, workers: int, connections: int, out: Path | None) -> None:
    with Pool(workers) as pool:
        work = partial(work_off, table, workers, connections // workers, out)
        print(sum(pool.map(work, range(workers), chunksize=1)), "got")


def work_off(table: Path, workers: int, connections: int, out: Path | None, worker: int) -> int:
    """Every ``workers``-th address; how many came."""
    with table.open(newline="") as rows:
        urls = [row["url"] for row in csv.DictReader(rows)][worker::workers]
    if out is None:
        keeping: nullcontext[None] | BinaryIO = nullcontext()
    else:
        out.mkdir(parents=True, exist_ok=True)
        keeping = (out / f"{worker}.bin").open("wb")
    with keeping as file:
        return asyncio.run(got(iter(urls), connections, file))


async def got(urls: Iterator[str], connections: int, file: BinaryIO | None) -> int:
    import aiohttp

    async def line() -> int:
        count = 0
        for url in urls:
            async with session.get(url) as response:
                response.raise_for_status()
                body = await response.read()
            if file is not None:
                hashlib.sha256(body).digest()
                file.write(body)
            count += 1
        return count

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        return sum(await asyncio.gather(*(line() for _ in range(connections))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
