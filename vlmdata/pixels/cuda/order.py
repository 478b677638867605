"""What goes to the process that drives the GPU, and what comes back. All of it can be pickled.

A pipe carries it: 64 pictures of 100 kB there and 60 kB back cost the worker 0.04 ms of CPU time a picture. Shared
memory would save half of that, beside a decode of 1 ms that the CPU is spared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vlmdata.pixels.encode import EncodedView
from vlmdata.pixels.outcome import Stage
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.views import Edits
from vlmdata.types import Chain, Size


@dataclass(frozen=True, slots=True)
class Order:
    """One picture to do.

    Attributes:
        data: a baseline JPEG without metadata, whose markers are whole (see ``route.bare``).
        stored: its size as decoded, before any turn.
        views: what is done to the decoded picture for each view, flat; turns that bring it upright come first.
        subsampled: its chroma is coarser than its luma.
    """

    data: bytes
    stored: Size
    views: tuple[Edits, ...]
    subsampled: bool

    @property
    def pixels(self) -> int:
        """What it needs of memory, in pixels: as decoded, or all its views together if they are more."""
        return max(self.stored.area, sum(Chain(edits).size(self.stored).area for edits in self.views))


@dataclass(frozen=True, slots=True)
class Batch:
    """The pictures of one window that the GPU takes, and how they are stored."""

    orders: tuple[Order, ...]
    policy: PixelPolicy


@dataclass(slots=True)
class Answer:
    """What came of a batch: the views of each order, None where the library could not decode it.

    ``seconds`` are by the wall, for each stage. Stages overlap, so they may add up to more than passed.
    """

    views: list[tuple[EncodedView, ...] | None]
    seconds: dict[Stage, float] = field(default_factory=lambda: {"decode": 0.0, "transform": 0.0, "encode": 0.0})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the process that drives the GPU cannot go on. It ends after saying so."""

    reason: str
