"""The bare loop in several processes: ``python -m benchmarks.kernel_loop fast|exact INSTANCES WORKERS``.

It writes nothing, and prints how many views it made.
"""

from __future__ import annotations

import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from benchmarks.kernels import bare_loop
from benchmarks.rivals.user_code import QUALITY, paths_and_boxes

CHUNKS = 8
"""For each process."""


def main(fidelity: str, instances: Path, workers: int) -> None:
    paths = [row["path"] for row in paths_and_boxes(instances)]
    parts = [paths[start :: CHUNKS * workers] for start in range(CHUNKS * workers)]
    with Pool(workers) as pool:
        counts = pool.map(partial(bare_loop, quality=QUALITY, fidelity=fidelity), parts, chunksize=1)
    print(f"{sum(counts)} views")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
