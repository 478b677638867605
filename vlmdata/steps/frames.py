"""Animated pictures and documents of several pages as one picture each frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.pixels.header import MAX_PIXELS, Header, read_header
from vlmdata.steps.base import Context, Step
from vlmdata.steps.spread import Several, spread
from vlmdata.types import Drop, Image, Sample

_OF_FRAMES = frozenset({"image/avif", "image/gif", "image/png", "image/tiff", "image/webp"})


class ImageFrames(Step):
    """Put the frames of animations and the pages of TIFFs in place of their first one.

    ## Why
    Of a GIF, an animated PNG, WebP or AVIF, or a TIFF of several pages, only the first frame is taken otherwise. This
    step makes every ``every``-th frame, at most ``max`` of them, a picture of its own: the conversation shows them in
    order where it showed the one. Annotations stay with the first. Further frames carry ``#frame=N`` in their id,
    after the id of the picture or, where it has none, ``sha256:`` and its hash. The width and height of each page are
    its own. Video clips and what ``video.frames`` made are left alone, and so are pictures with edits whose pages
    differ in size (noted as ``left_alone:edited``).

    ## Drops
    - ``truncated``, ``corrupt``, ``bomb``, ``unsupported_format``: a page cannot be read

    ## Example
        - image.frames: {max: 8, every: 2}
    """

    name = "image.frames"
    moves_pixels = True
    once = True

    max: Annotated[int, Field(gt=0, description="frames of one picture")] = 16
    every: Annotated[int, Field(gt=0, description="1 takes all frames, 2 every other one")] = 1

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        try:
            frames = [self._frames(image, ctx) for image in sample.images]
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail or None)
        if all(len(pictures) == 1 for pictures in frames):
            return sample
        ctx.note("frames")
        return spread(sample, [Several(pictures) for pictures in frames])

    def _frames(self, image: Image, ctx: Context) -> list[Image]:
        """The picture itself, then its further frames. ``BadRecord`` where one of them cannot be read."""
        if image.data is None or image.media_type not in _OF_FRAMES or image.timestamp_s is not None:
            return [image]
        count = _header(image.data, 0).frames
        numbers = range(self.every, count, self.every)[: self.max - 1]
        pictures = [image, *(_frame(image, image.data, number) for number in numbers)]
        if image.edits and any(picture.original != image.original for picture in pictures):
            ctx.note("left_alone:edited")
            return [image]
        return pictures


def _frame(image: Image, data: bytes, number: int) -> Image:
    name = image.id or (image.sha256 and f"sha256:{image.sha256}")
    return replace(
        image,
        frame=number,
        original=_header(data, number).size,
        id=f"{name}#frame={number}" if name else None,
    )


def _header(data: bytes, frame: int) -> Header:
    """Under the widest limit there is: that of the recipe is for render to apply."""
    return read_header(data, 2 * MAX_PIXELS, frame)
