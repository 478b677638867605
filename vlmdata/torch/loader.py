"""Batches from several processes that go on exactly where a saved state says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from vlmdata.errors import UsageError
from vlmdata.torch.collate import Batch
from vlmdata.torch.dataset import VlmDataset
from vlmdata.torch.example import Example
from vlmdata.torch.turns import progress, runs


class Loader:
    """A ``DataLoader`` over a ``VlmDataset``: each pass is an epoch, and the next one has another order.

    Workers make whole batches, so there is at most one short batch in a pass of a rank (none with ``drop_last``), and
    ranks with equal shares (``even``) make as many batches. A state is the epoch and the number of batches handed out,
    whatever has been made ahead; workers begin there without decoding what came before.

    Args:
        collate: examples to a batch, such as ``Collate(Pixels.of("llava-next"))``.
        workers: processes that read and decode; 0 does it in this one.
        options: further ones of ``DataLoader``, such as ``pin_memory`` or ``prefetch_factor``.
    """

    def __init__(
        self,
        dataset: VlmDataset,
        batch_size: int,
        collate: Callable[[Sequence[Example]], Batch],
        *,
        workers: int = 0,
        drop_last: bool = False,
        **options: Any,
    ) -> None:
        if batch_size < 1 or workers < 0:
            raise UsageError(
                f"a batch has at least 1 sample and there are no fewer than 0 workers, not {batch_size} and {workers}"
            )
        self.dataset = dataset
        self._arrangement = {"batch_size": batch_size, "drop_last": drop_last, "workers": workers}
        self._batches = _Batches(dataset, batch_size, collate, drop_last)
        self._loader: DataLoader[Batch] = DataLoader(
            self._batches,
            batch_size=None,
            num_workers=workers,
            collate_fn=_as_it_is,
            persistent_workers=workers > 0,
            **options,
        )
        self._handed_out = self._begin = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._batches.count

    def __iter__(self) -> Iterator[Batch]:
        """The batches of an epoch, or those that are left of it after a state was loaded."""
        self._handed_out, self._begin = self._begin, 0
        self._batches.begin(self._handed_out)
        for batch in self._loader:
            self._handed_out += 1
            yield batch
        self._handed_out = 0
        self.dataset.set_epoch(self.dataset.epoch + 1)

    def state_dict(self) -> dict[str, Any]:
        """The place after the last batch that was handed out."""
        order = self.dataset.identity() | self._arrangement
        return {"epoch": self.dataset.epoch, "batches": self._handed_out, "order": order}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The next pass goes on there. ``UsageError`` where data, seed, ranks, workers or batch size are others."""
        self.dataset.check(state["order"])
        for name, value in self._arrangement.items():
            if state["order"].get(name) != value:
                raise UsageError(f"the state was saved with {name} {state['order'].get(name)}, and here it is {value}")
        self.dataset.set_epoch(state["epoch"])
        self._handed_out = self._begin = state["batches"]


class _Batches(IterableDataset[Batch]):  # type: ignore[misc]
    """In a worker: its run of the batches, from where it stands on."""

    def __init__(
        self, dataset: VlmDataset, size: int, collate: Callable[[Sequence[Example]], Batch], drop_last: bool
    ) -> None:
        super().__init__()
        self._dataset = dataset
        self._size = size
        self._collate = collate
        self._samples = dataset.samples - (dataset.samples % size if drop_last else 0)
        self.count = -(-self._samples // size)
        self._handed_out = torch.zeros((), dtype=torch.int64).share_memory_()

    def begin(self, handed_out: int) -> None:
        self._handed_out.fill_(handed_out)

    def __iter__(self) -> Iterator[Batch]:
        info = get_worker_info()
        process, workers = (info.id, info.num_workers) if info else (0, 1)
        done, following = progress(self.count, workers, int(self._handed_out))
        # A DataLoader begins with its first process, which therefore does the work of whoever comes next.
        worker = (process + following) % workers
        run = runs(self.count, workers)[worker]
        start, stop = run.start * self._size, min(run.stop * self._size, self._samples)
        examples = self._dataset.examples(start, stop, done[worker] * self._size)
        for group in _batched(examples, self._size):
            yield self._collate(group)


def _batched(examples: Iterator[Example], size: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in examples:
        group.append(example)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _as_it_is(batch: Batch) -> Batch:
    return batch
