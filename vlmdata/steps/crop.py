"""Parts of pictures, with what is marked on them."""

from __future__ import annotations

import random
from dataclasses import replace
from math import sqrt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vlmdata.steps.base import Context, Step
from vlmdata.steps.resize import Side, is_measured
from vlmdata.types import Annotation, Box, Crop, Sample, Size

Share = Annotated[float, Field(gt=0, le=1)]
TRIES = 20


class ImageCrop(Step):
    """Cut out the centre, or a random part that keeps the boxes that are spoken of.

    ## Why
    CLIP's processor keeps the centre of a picture; random parts are the oldest augmentation there is. Both can
    cut away what a text speaks of. So boxes that the conversation speaks of are kept whole (``keep: all`` keeps
    every box): where they do not fit, or no part of ``TRIES`` tried holds them, the picture is left as it is.
    A sample whose conversation says anything about a picture beyond its regions is not cut at random unless
    ``trust_text`` says that its words stay true of a part.

    Give ``size``, ``[width, height]`` in pixels, or ``area``, the least and largest share of the picture. Of the
    other boxes those of which less than ``visible`` is left lose their annotation; the rest are cut to the part.
    With ``others: mark`` the share that is left of each cut box stands in ``meta.cut`` by its id. Points outside the
    part are taken out; polygons and masks follow as they are. Evaluation data, clips and pictures smaller than
    ``size`` are left alone.

    ## Drops
    none

    ## Example
        - image.crop: {at: random, area: [0.5, 1.0]}
    """

    name = "image.crop"
    moves_pixels = True

    at: Annotated[Literal["center", "random"], Field(description="which part")] = "center"
    size: Annotated[tuple[Side, Side] | None, Field(description="[width, height] in pixels")] = None
    area: Annotated[tuple[Share, Share] | None, Field(description="[least, largest] share of the picture")] = None
    ratio: Annotated[tuple[float, float], Field(description="least, largest stretch")] = (
        0.75,
        1.33,
    )
    keep: Annotated[Literal["spoken", "all"], Field(description="boxes that stay whole")] = "spoken"
    visible: Annotated[float, Field(ge=0, le=1, description="least share of another box")] = 0.3
    others: Annotated[Literal["cut", "mark"], Field(description="also note how much of a box is left")] = "cut"
    trust_text: Annotated[bool, Field(description="words stay true of a part of the picture")] = False

    @model_validator(mode="after")
    def _one_extent(self) -> ImageCrop:
        if (self.size is None) == (self.area is None):
            raise ValueError("give size, in pixels, or area, as shares of the picture")
        if self.area and self.area[0] > self.area[1]:
            raise ValueError("area is [least, largest]")
        if not 0 < self.ratio[0] <= 1 <= self.ratio[1]:
            raise ValueError("ratio is [least, largest] with 1 between them")
        if self.at == "center" and self.area and self.area[0] != self.area[1]:
            raise ValueError("the centre has one area: [a, a]")
        return self

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        obstacle = self._obstacle(sample)
        if obstacle:
            ctx.note(f"left_alone:{obstacle}")
            return sample
        rng = ctx.rng(sample)
        notes = set()
        for number, image in enumerate(sample.images):
            if not is_measured(image):
                continue
            crop = self._part(image.size, self._needed(sample, number), rng)
            if crop is None:
                notes.add("left_alone:boxes")
            elif crop.size(image.size) != image.size:
                sample = self._cut(sample, crop, number)
                notes.add("cropped")
        for note in sorted(notes):
            ctx.note(note)
        return sample

    def _obstacle(self, sample: Sample) -> str | None:
        if sample.role == "eval":
            return "eval"
        if self.at == "random" and not self.trust_text and any(text.strip() for text in _words(sample)):
            return "text"
        return None

    def _needed(self, sample: Sample, number: int) -> list[Box]:
        spoken = sample.spoken_of
        return [
            mark.box
            for mark in sample.annotations
            if mark.image == number and mark.box and (self.keep == "all" or mark.id in spoken)
        ]

    def _part(self, frame: Size, needed: list[Box], rng: random.Random) -> Crop | None:
        """A part of the frame that holds all needed boxes, or None."""
        for _ in range(TRIES if self.at == "random" else 1):
            size = self._extent(frame, rng)
            if size.width > frame.width or size.height > frame.height:
                continue
            wide, high = frame.width - size.width, frame.height - size.height
            left, top = (rng.randint(0, wide), rng.randint(0, high)) if self.at == "random" else (wide // 2, high // 2)
            part = Box(left, top, left + size.width, top + size.height)
            if all(_holds(part, box.clamp(frame)) for box in needed):
                return Crop(left, top, size.width, size.height)
        return None

    def _extent(self, frame: Size, rng: random.Random) -> Size:
        if self.size:
            return Size(*self.size)
        assert self.area
        share = rng.uniform(*self.area)
        stretch = rng.uniform(*self.ratio) if self.at == "random" else 1.0
        width, height = frame.width * sqrt(share * stretch), frame.height * sqrt(share / stretch)
        return Size(max(1, round(width)), max(1, round(height)))

    def _cut(self, sample: Sample, crop: Crop, number: int) -> Sample:
        sample = sample.transformed(crop, number)
        frame = sample.images[number].size
        shares = {mark.id: _seen(mark, frame) for mark in sample.annotations if mark.image == number and mark.box}
        spoken = sample.spoken_of
        marks = (
            mark if mark.image != number else _within(mark, frame) or (mark if mark.id in spoken else None)
            for mark in sample.annotations
            if shares.get(mark.id, 1.0) >= self.visible or mark.id in spoken
        )
        sample = replace(sample, annotations=tuple(mark for mark in marks if mark is not None))
        cut = {mark.id: round(shares[mark.id], 4) for mark in sample.annotations if shares.get(mark.id, 1.0) < 1}
        if self.others == "mark" and cut:
            before = sample.meta.get("cut")
            sample = replace(
                sample, meta={**sample.meta, "cut": {**(before if isinstance(before, dict) else {}), **cut}}
            )
        return sample


def _words(sample: Sample) -> list[str]:
    return [*(message.text for message in sample.messages), *(other.text for other in sample.alternatives)]


def _holds(part: Box, box: Box) -> bool:
    return part.x1 <= box.x1 and part.y1 <= box.y1 and box.x2 <= part.x2 and box.y2 <= part.y2


def _seen(mark: Annotation, frame: Size) -> float:
    """The share of its box that lies in the frame; 0 for a box without area."""
    assert mark.box
    left = mark.box.intersect(frame.box)
    return left.area / mark.box.area if left and mark.box.area > 0 else 0.0


def _within(mark: Annotation, frame: Size) -> Annotation | None:
    """Cut to the frame; None where nothing of it is left."""
    box = mark.box.intersect(frame.box) if mark.box else None
    point = mark.point
    if point and not (0 <= point.x <= frame.width and 0 <= point.y <= frame.height):
        point = None
    if (mark.box and box is None) or (mark.point and point is None and box is None):
        return None
    return replace(mark, box=box, point=point)
