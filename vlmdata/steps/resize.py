"""Smaller pictures, with everything marked on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.types import Resize, Sample, Size


class ImageResize(Step):
    """Shrink pictures whose longer side is over a limit; ratio kept, never enlarged.

    ## Why
    Models look at pictures through a few hundred to a few thousand pixels. What is larger costs disk, network and
    decoding in every epoch. Boxes, points, polygons and masks move along. Clips are left alone.

    ## Drops
    none

    ## Example
        - image.resize: {max_side: 1344}
    """

    name = "image.resize"
    moves_pixels = True

    max_side: Annotated[int, Field(gt=0, le=65_535, description="pixels, longer side")]

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        shrunk = False
        for number, image in enumerate(sample.images):
            if image.original and not image.is_clip and max(image.size.width, image.size.height) > self.max_side:
                sample = sample.transformed(_within(image.size, self.max_side), number)
                shrunk = True
        if shrunk:
            ctx.note("resized")
        return sample


def _within(size: Size, limit: int) -> Resize:
    """To exactly ``limit`` on the longer side, to the nearest pixel on the other."""
    scale = limit / max(size.width, size.height)
    return Resize(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
