"""Borders around pictures, with everything marked on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vlmdata.models.tiling.padding import MEAN_COLORS
from vlmdata.steps.base import Context, Step
from vlmdata.steps.resize import Side, is_measured, scaled
from vlmdata.types import Pad, Resize, Sample, Size

Level = Annotated[int, Field(ge=0, le=255)]
Color = tuple[Level, Level, Level]

COLORS: Mapping[str, Color] = {"black": (0, 0, 0), "white": (255, 255, 255), **MEAN_COLORS}


class ImagePad(Step):
    """Add a border: to a square, to a size the picture is fitted into (letterbox), or to whole patches.

    ## Why
    Encoders with square inputs squash or crop what is not square; a border keeps the ratio and all of the picture.
    Boxes, points, polygons and masks move along. Clips are left alone.

    - ``square``: to the longer side, as LLaVA-1.5's ``expand2square``
    - ``size``: the picture is enlarged or shrunk to fit into ``[width, height]``, ratio kept, and padded to it
    - ``multiple``: each side up to the next multiple of a patch

    The border is of ``color``: black, white, the mean of ``clip``, ``siglip`` or ``imagenet``, or three values of 0
    to 255. ``place`` puts the picture in the centre (an odd pixel goes right or below) or at the top left.

    ## Drops
    none

    ## Example
        - image.pad: {square: true, color: clip}
    """

    name = "image.pad"
    moves_pixels = True

    square: Annotated[bool, Field(description="to the longer side")] = False
    size: Annotated[tuple[Side, Side] | None, Field(description="[width, height] in pixels: letterbox")] = None
    multiple: Annotated[Side | None, Field(description="pixels of a patch")] = None
    color: Annotated[
        Literal["black", "white", "clip", "siglip", "imagenet"] | Color, Field(description="name, or [r, g, b]")
    ] = "black"
    place: Annotated[Literal["center", "top-left"], Field(description="where the picture lies")] = "center"

    @model_validator(mode="after")
    def _one_aim(self) -> ImagePad:
        if sum((self.square, self.size is not None, self.multiple is not None)) != 1:
            raise ValueError("give one of square, size and multiple")
        return self

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        padded = False
        for number, image in enumerate(sample.images):
            if not is_measured(image):
                continue
            fitted = self._fitted(image.size)
            if fitted != image.size:
                sample = sample.transformed(Resize(fitted.width, fitted.height), number)
            canvas = self._canvas(fitted)
            if canvas != fitted:
                sample = sample.transformed(self._border(fitted, canvas), number)
                padded = True
        if padded:
            ctx.note("padded")
        return sample

    def _fitted(self, size: Size) -> Size:
        if self.size is None:
            return size
        width, height = self.size
        fitted = scaled(size, min(width / size.width, height / size.height))
        return Size(min(fitted.width, width), min(fitted.height, height))

    def _canvas(self, size: Size) -> Size:
        if self.size:
            return Size(*self.size)
        if self.multiple:
            return Size(*(-(-side // self.multiple) * self.multiple for side in (size.width, size.height)))
        side = max(size.width, size.height)
        return Size(side, side)

    def _border(self, size: Size, canvas: Size) -> Pad:
        wide, high = canvas.width - size.width, canvas.height - size.height
        left, top = (wide // 2, high // 2) if self.place == "center" else (0, 0)
        color = COLORS[self.color] if isinstance(self.color, str) else self.color
        return Pad(left, top, wide - left, high - top, color)
