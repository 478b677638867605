"""Memory and time of ``dedup.exact`` deciding on many rows: ``python -m benchmarks.exact_duplicates WORK ROWS SHARE``.

Made-up signatures, of which ``SHARE`` are those of another row drawn at random; as in a run, a file for each task.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from vlmdata.steps.dedup import DedupExact

PER_TASK = 50_000


def signatures(folder: Path, rows: int, share: float) -> None:
    rng = np.random.default_rng(0)
    for first in range(0, rows, PER_TASK):
        own = np.arange(first, min(first + PER_TASK, rows))
        of = np.where(rng.random(len(own)) < share, rng.integers(0, rows, len(own)), own).astype(np.uint64)
        digests = np.stack([of * np.uint64(0x9E3779B97F4A7C15), of * np.uint64(0xC2B2AE3D27D4EB4F)], axis=1)
        table = {
            "task": pa.array(own // PER_TASK, pa.int32()),
            "row": pa.array(own % PER_TASK, pa.int64()),
            "key": pa.array([f"laion-{number:012d}" for number in own]),
            "digest": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(own), [None, pa.py_buffer(digests)]),
        }
        pq.write_table(pa.table(table), folder / f"{first:012d}.parquet")


def main(work: Path, rows: int, share: float) -> None:
    folder = work / f"{rows}-{share:g}"
    if not folder.exists():
        folder.mkdir(parents=True)
        signatures(folder, rows, share)
        raise SystemExit("signatures are made; call again, so that making them does not count")
    with TemporaryDirectory(dir=work) as scratch:
        started, cpu = time.perf_counter(), time.process_time()
        found = DedupExact().decide(ds.dataset(folder, format="parquet"), Path(scratch))
        passed, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows, {len(found):,} duplicates: {passed:.0f} s, {cpu:.0f} CPU s, {peak:.0f} MiB at most")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(float(sys.argv[2])), float(sys.argv[3]))
