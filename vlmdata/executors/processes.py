"""On this machine, in worker processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from vlmdata.errors import WorkerError
from vlmdata.executors.base import Item, Result
from vlmdata.io.memory import collect_seldom, keep_freed_buffers
from vlmdata.io.parent import end_with_parent


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_buffers()
    collect_seldom()
    end_with_parent()


class ProcessExecutor:
    """``workers`` fresh processes (spawned, so no state is inherited), each working off one item at a time."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        pool = ProcessPoolExecutor(
            min(self.workers, max(1, len(items))),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin_worker,
        )
        try:
            yield from self._results(pool, function, items)
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process ended without an answer: killed, or out of memory. Finished shards are kept; "
                "run the same command again, with fewer --workers if memory is short"
            ) from error
        except BaseException:
            _end(pool)
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _results(
        self, pool: ProcessPoolExecutor, function: Callable[[Item], Result], items: Sequence[Item]
    ) -> Iterator[Result]:
        """Keeps two items per worker in flight, so that a million tasks are not a million futures."""
        waiting = iter(items)
        running: set[Future[Result]] = {pool.submit(function, item) for item in islice(waiting, 2 * self.workers)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            running.update(pool.submit(function, item) for item in islice(waiting, 1))
            yield done.result()


def _end(pool: ProcessPoolExecutor) -> None:
    """End workers in the middle of an item: what they write is not published before it is whole."""
    for process in list((pool._processes or {}).values()):
        process.terminate()
