"""Pictures of another size, with everything marked on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from vlmdata.steps.base import Context, Step
from vlmdata.types import Image, Resize, Sample, Size

Side = Annotated[int, Field(gt=0, le=65_535)]


class ImageResize(Step):
    """Bring pictures to a size: by their longer or shorter side, to exact sides, or to whole patches.

    ## Why
    Models look at pictures through a few hundred to a few thousand pixels. What is larger costs disk, network and
    decoding in every epoch. Boxes, points, polygons and masks move along. Clips are left alone.

    - ``max_side`` shrinks a picture whose longer side is over it; ratio kept, never enlarged
    - ``short_side`` makes the shorter side so long, as CLIP's processor does before its crop; ratio kept
    - ``size`` squashes to exactly ``[width, height]``, as SigLIP's does
    - ``multiple`` rounds each side, after the others, to the nearest multiple of a patch, at least one

    ## Drops
    none

    ## Example
        - image.resize: {max_side: 1344}
    """

    name = "image.resize"
    moves_pixels = True

    max_side: Annotated[Side | None, Field(description="pixels, longer side")] = None
    short_side: Annotated[Side | None, Field(description="pixels, shorter side")] = None
    size: Annotated[tuple[Side, Side] | None, Field(description="[width, height] in pixels")] = None
    multiple: Annotated[Side | None, Field(description="pixels of a patch")] = None

    @model_validator(mode="after")
    def _one_size(self) -> ImageResize:
        given = [name for name in ("max_side", "short_side", "size") if getattr(self, name) is not None]
        if len(given) > 1 or not (given or self.multiple):
            raise ValueError("give one of max_side, short_side and size, or multiple alone or beside it")
        return self

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        resized = False
        for number, image in enumerate(sample.images):
            if not is_measured(image):
                continue
            size = self._size_for(image.size)
            if size != image.size:
                sample = sample.transformed(Resize(size.width, size.height), number)
                resized = True
        if resized:
            ctx.note("resized")
        return sample

    def _size_for(self, size: Size) -> Size:
        if self.size:
            size = Size(*self.size)
        elif self.max_side and max(size.width, size.height) > self.max_side:
            size = scaled(size, self.max_side / max(size.width, size.height))
        elif self.short_side:
            size = scaled(size, self.short_side / min(size.width, size.height))
        if self.multiple:
            size = Size(*(max(1, round(side / self.multiple)) * self.multiple for side in (size.width, size.height)))
        return size


def is_measured(image: Image) -> bool:
    """Whether it is a picture with a frame to work in: neither a clip nor something without a header."""
    return image.original is not None and not image.is_clip


def scaled(size: Size, factor: float) -> Size:
    """Both sides by ``factor``, to the nearest pixel, at least one."""
    return Size(max(1, round(size.width * factor)), max(1, round(size.height * factor)))
