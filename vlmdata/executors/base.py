"""Where work runs. An executor maps a function over items and knows nothing of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """``map`` yields results as they come, in any order; an exception of the function comes out of it."""

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """``function`` and ``items`` can be pickled. Closing the iterator early stops the work."""
        ...
