"""A number that a model gives a picture."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.pixels import look_at, read_header
from vlmdata.steps.base import Context
from vlmdata.steps.resize import is_measured
from vlmdata.types import Image, Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_NUMBER = struct.Struct("<d")
_DIGITS = 4
"""What is written and compared. Further ones differ between kinds of processors."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """What is asked of a picture.

    Attributes:
        question: as ``Context.recall`` takes it.
        side: the longer side, in pixels, at which a picture of that size is looked at.
        score: of uint8 RGB, rows x columns x 3.
    """

    question: str
    side: Callable[[Size], int]
    score: Callable[[Pixels], float]


def scored(image: Image, ctx: Context, scorer: Callable[[], Scorer]) -> float:
    """The score of a picture as pending edits make it, or as an earlier run found it.

    ``scorer`` may load a model: it is not called for what is no picture. ``BadRecord`` where it cannot be read.
    """
    if not is_measured(image) or image.data is None:
        raise BadRecord("clip" if image.is_clip else "no_header")
    read_header(image.data, frame=image.frame)
    asked = scorer()

    def work() -> bytes:
        return _NUMBER.pack(asked.score(look_at(image, asked.side(image.size))))

    found: float = _NUMBER.unpack(ctx.recall(asked.question, image, work))[0]
    return round(found, _DIGITS)
