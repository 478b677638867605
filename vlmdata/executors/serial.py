"""In this process, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vlmdata.executors.base import Item, Result


class SerialExecutor:
    """The plainest executor: a loop. What debuggers and single cores want."""

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        return map(function, items)
