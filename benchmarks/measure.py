"""Milliseconds and decibels."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from statistics import median

import numpy as np


def timed(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of CPU time for each call: the median of rounds in which all take turns, shuffled."""
    spent: dict[str, list[float]] = defaultdict(list)
    order = list(calls.items())
    shuffler = random.Random(0)
    for _ in range(rounds):
        shuffler.shuffle(order)
        for name, call in order:
            start = time.process_time()
            call()
            spent[name].append(1000 * (time.process_time() - start))
    return {name: median(values) for name, values in spent.items()}


def keep_freed_memory() -> None:
    """Have glibc keep it: its thresholds follow the largest block that was freed (mallopt(3), M_MMAP_THRESHOLD)."""
    np.empty((32 << 20) - (64 << 10), np.uint8)


def psnr(exact: np.ndarray, other: np.ndarray) -> float:
    """Decibels; 99 for equal ones."""
    error = ((exact.astype(np.float32) - other) ** 2).mean()
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))
