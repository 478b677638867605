"""Which batches each worker of a rank makes, and where each of them stands when so many have been handed out.

``torch.utils.data.DataLoader`` takes one batch from each worker in turn, passing over those that have no more.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class Progress(NamedTuple):
    """``done`` batches of each worker's run are handed out; the next one is of worker ``following``."""

    done: list[int]
    following: int


def runs(batches: int, workers: int) -> list[range]:
    """The batches of a rank as one run for each worker; the runs differ by one batch at most."""
    ends = [batches * worker // workers for worker in range(workers + 1)]
    return [range(start, stop) for start, stop in pairwise(ends)]


def progress(batches: int, workers: int, handed_out: int) -> Progress:
    """Where all workers stand after that many batches."""
    lengths = [len(run) for run in runs(batches, workers)]
    full_rounds = min(handed_out // workers, batches // workers)
    rest = handed_out - full_rounds * workers
    going = [worker for worker, length in enumerate(lengths) if length > full_rounds]
    done = [full_rounds + (worker in going[:rest]) for worker in range(workers)]
    return Progress(done, going[rest] if rest < len(going) else 0)
