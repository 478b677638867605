"""Pictures with known contents, drawn by ``shapes``."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from PIL import Image as PilImage

from vlmdata.datasets.shapes.dataset import sample
from vlmdata.types import Box, Size


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG and where its figures are, in float pixels (x1, y1, x2, y2)."""

    data: bytes
    size: Size
    boxes: tuple[tuple[str, Box], ...]

    @property
    def png(self) -> bytes:
        buffer = io.BytesIO()
        PilImage.open(io.BytesIO(self.data)).save(buffer, "PNG")
        return buffer.getvalue()


@cache
def photo(number: int) -> Photo:
    """The picture of this number; no two are the same."""
    found = -1
    for row in range(10_000):
        drawn = sample("train", row)
        if drawn.meta["scene"] == "plain" and not drawn.meta["odd"] and not drawn.meta["bad"]:
            found += 1
            if found == number:
                break
    assert drawn.images[0].data
    shown = PilImage.open(io.BytesIO(drawn.images[0].data)).convert("RGB")
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=92)
    boxes = tuple((mark.label or "", mark.box) for mark in drawn.annotations if mark.box)
    return Photo(buffer.getvalue(), Size(*shown.size), boxes)
