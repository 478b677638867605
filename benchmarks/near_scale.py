"""How time and memory of clustering grow with the number of hashes: ``python -m benchmarks.near_scale``.

The hashes are made: half are random, the rest are copies of one of them with up to ``distance`` bits changed, 1 % are
all equal, as of a placeholder that a site sends, and 1 % are one hash with up to four bits changed. Whatever is near is
taken for alike, so this is the search alone. Each number of hashes has a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

from vlmdata.pixels.perceptual import MAX_DISTANCE
from vlmdata.steps.near.search import clustered

COUNTS = (500_000, 1_000_000, 2_000_000, 5_000_000)
SEED = 8
CROWDS = 0.01


def hashes(count: int, distance: int) -> tuple[Any, Any]:
    """64-bit hashes in random order, and for each the number of its family."""
    rng = np.random.default_rng(SEED)
    every = rng.integers(0, 1 << 64, count, dtype=np.uint64)
    family = np.arange(count)
    crowd = int(CROWDS * count)
    every[:crowd], family[:crowd] = every[0], 0
    family[crowd : 2 * crowd] = crowd
    family[count // 2 :] = rng.integers(2 * crowd, count // 2, count - count // 2)
    every = every[family]
    _change(every[crowd : 2 * crowd], 4, rng)
    _change(every[count // 2 :], distance, rng)
    order = rng.permutation(count)
    return every[order], family[order]


def _change(some: Any, most: int, rng: np.random.Generator) -> None:
    """Up to ``most`` bits of each, in place."""
    for _ in range(most):
        flipped = np.uint64(1) << rng.integers(0, 64, len(some), dtype=np.uint64)
        some ^= np.where(rng.random(len(some)) < 0.7, flipped, 0).astype(np.uint64)


def measured(count: int, distance: int) -> dict[str, float]:
    some, family = hashes(count, distance)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    found = clustered(some, None, np.zeros_like(some), distance, lambda ones, _others, _flipped: ones >= 0)
    clusters = found.of(np.arange(count))
    after = resource.getrusage(resource.RUSAGE_SELF)
    firsts = np.full(count, -1)
    firsts[family] = clusters
    return {
        "count": count,
        "wall": time.perf_counter() - began,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "gib": after.ru_maxrss / 2**20,
        "apart": int((firsts[family] != clusters).sum()),
        "clusters": len(np.unique(clusters)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--distance", type=int, default=MAX_DISTANCE)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--alone", type=int, help="measure one number of hashes in this process")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measured(options.alone, options.distance)))
        return
    print("| hashes | s | CPU s | peak memory | families torn |\n|---|---|---|---|---|")
    for count in options.counts:
        command = [sys.executable, "-m", "benchmarks.near_scale", "--alone", str(count)]
        printed = subprocess.check_output([*command, "--distance", str(options.distance)], text=True)
        row = json.loads(printed)
        line = f"{row['count']:,} | {row['wall']:.0f} | {row['cpu']:.0f} | {row['gib']:.2f} GiB | {row['apart']:,}"
        print(f"| {line} |", flush=True)


if __name__ == "__main__":
    main()
