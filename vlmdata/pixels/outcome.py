"""What the decode stage gives back for a picture, and the time it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from vlmdata.pixels.encode import EncodedView

Stage = Literal["decode", "transform", "encode"]


@dataclass(slots=True)
class RenderClock:
    """CPU seconds of this thread, added up by stage.

    Where a GPU works, the seconds its stages took by the wall are added. They overlap, with each other and with other
    workers that use the same GPU: they show which stage is slow, not what it costs.
    """

    decode: float = 0.0
    transform: float = 0.0
    encode: float = 0.0

    @contextmanager
    def on(self, stage: Stage) -> Iterator[None]:
        start = time.thread_time()
        try:
            yield
        finally:
            setattr(self, stage, getattr(self, stage) + time.thread_time() - start)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture as it is stored: its views in the order of its layout.

    ``conversions`` names what made it canonical (see ``policy.conversions``). ``passed_through`` says that the one
    view is the source's own bytes.
    """

    views: tuple[EncodedView, ...]
    conversions: tuple[str, ...] = ()
    passed_through: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a picture cannot be stored: a short stable ``reason``, and a ``detail`` for people.

    Reasons: ``empty``, ``not_an_image``, ``unsupported_format``, ``bomb``, ``truncated``, ``corrupt``.
    """

    reason: str
    detail: str
