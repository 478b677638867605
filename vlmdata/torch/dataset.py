"""Data set directories as a stream of examples for PyTorch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from vlmdata.errors import UsageError
from vlmdata.io.memory import keep_freed_buffers
from vlmdata.torch.example import Example, example_of
from vlmdata.torch.order import Even, Order, Window
from vlmdata.torch.parts import Part, Shards
from vlmdata.torch.rows import Row


class VlmDataset(IterableDataset[Example]):  # type: ignore[misc]
    """Examples of one or several data set directories (Parquet, else WebDataset), in an order that a seed decides.

    Every sample is seen once in an epoch (``Part.weight`` times), by one worker of one rank; which one is fixed by the
    arguments, the epoch, and the numbers of ranks and workers. ``set_epoch`` changes the order; ``Loader`` calls it. A
    worker holds the encoded rows of one window. ``state_dict`` is a place in the order of one process: where there are
    workers, let ``Loader`` or torchdata's ``StatefulDataLoader`` see to it.

    Args:
        parts: directories, or ``Part`` with weights and splits.
        pictures: read and decode pictures; else tokens alone.
        also: further columns to pass on, such as ``text`` or ``meta``.
        shuffle: mix blocks of 100 rows over all directories, then rows of at least ``window`` samples in each worker.
        rank, ranks: by default those of ``torch.distributed``, else ``RANK`` and ``WORLD_SIZE`` as torchrun sets them.
        even: whether ranks get as many samples as each other: ``none`` lets them differ by one, ``drop`` leaves samples
            out of an epoch, ``repeat`` takes some twice; fewer than there are ranks, others in each epoch.

    ``InputError`` where a directory cannot be read or lacks the split or a column; ``UsageError`` for other arguments
    that cannot be.
    """

    def __init__(
        self,
        parts: str | Path | Part | Sequence[str | Path | Part],
        *,
        pictures: bool = True,
        also: Sequence[str] = (),
        seed: int = 0,
        shuffle: bool = True,
        window: int = 512,
        rank: int | None = None,
        ranks: int | None = None,
        even: Even = "none",
    ) -> None:
        super().__init__()
        listed = [parts] if isinstance(parts, (str, Path, Part)) else parts
        self._shards = Shards([one if isinstance(one, Part) else Part(one) for one in listed], pictures, also)
        self.rank, self.ranks = _place(rank, ranks)
        self.order = Order(
            blocks=[block.rows for block in self._shards.blocks],
            weights=self._shards.weights,
            seed=seed,
            shuffle=shuffle,
            window=window,
            even=even,
        )
        self.samples = self.order.rows(self.rank, self.ranks)
        """Of this rank, in an epoch."""
        # Shared, so that workers which outlive an epoch learn of the next one.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self._begin = self._taken = 0
        self._process = 0, 1

    @property
    def epoch(self) -> int:
        return int(self._epoch)

    def set_epoch(self, epoch: int) -> None:
        """The order of the next pass; the same again until this is called."""
        self._epoch.fill_(epoch)

    def __iter__(self) -> Iterator[Example]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        if self._begin and self._process != (worker, workers):
            raise UsageError(
                f"the state is that of process {self._process[0]} of {self._process[1]}, and this one is {worker} of "
                f"{workers}: vlmdata.torch.Loader resumes with workers"
            )
        self._process = worker, workers
        start, stop = self.samples * worker // workers, self.samples * (worker + 1) // workers
        self._taken, self._begin = self._begin, 0
        for example in self.examples(start, stop, self._taken):
            self._taken += 1
            yield example

    def examples(self, start: int, stop: int, skip: int = 0) -> Iterator[Example]:
        """Those of rows ``start`` to ``stop`` of this rank's share, without the first ``skip`` in their order."""
        keep_freed_buffers()
        epoch = self.epoch
        share = self.order.share(epoch, self.rank, self.ranks)
        for window in self.order.windows(epoch, share, start, stop, skip):
            for row in self._rows(window):
                yield example_of(row)

    def state_dict(self) -> dict[str, Any]:
        """The place in the order of this process, and what that order is made of."""
        return {"epoch": self.epoch, "taken": self._taken, "process": self._process, "order": self.identity()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The next pass goes on at that place. ``UsageError`` where the order is another."""
        self.check(state["order"])
        self.set_epoch(state["epoch"])
        self._begin = self._taken = state["taken"]
        self._process = tuple(state["process"])

    def identity(self) -> dict[str, Any]:
        """What decides the order."""
        order = self.order
        return {
            "data": self._shards.digest,
            "seed": order.seed,
            "shuffle": order.shuffle,
            "window": order.window,
            "even": order.even,
            "rank": self.rank,
            "ranks": self.ranks,
        }

    def check(self, identity: Mapping[str, Any]) -> None:
        """``UsageError`` where a saved state is of another order."""
        for name, value in self.identity().items():
            if identity.get(name) != value:
                raise UsageError(f"the state was saved with {name} {identity.get(name)}, and here it is {value}")

    def _rows(self, window: Window) -> Iterator[Row]:
        """Of their own function, so that a window is let go before the next one is read."""
        read = [self._shards.read(piece.block) for piece in window.pieces]
        places = [
            (rows, number)
            for rows, piece in zip(read, window.pieces, strict=True)
            for number in range(piece.start, piece.stop)
        ]
        for place in window.order:
            rows, number = places[place]
            yield rows[number]


def _place(rank: int | None, ranks: int | None) -> tuple[int, int]:
    if (rank is None) != (ranks is None):
        raise UsageError("rank and ranks are given together or not at all")
    if rank is None or ranks is None:
        spread = torch.distributed
        if spread.is_available() and spread.is_initialized():
            return spread.get_rank(), spread.get_world_size()
        return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if not 0 <= rank < ranks:
        raise UsageError(f"rank {rank} of {ranks}: ranks count from 0")
    return rank, ranks
