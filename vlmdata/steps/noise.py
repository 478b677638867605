"""Worse pictures: what cameras, messengers and screens do to them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from vlmdata.steps.base import Context, Step
from vlmdata.steps.resize import is_measured
from vlmdata.types import Blur, Jitter, Noise, PixelEdit, Recompress, Sample

LEGIBLE = {"noise": 4.0, "blur": 0.5, "jpeg": 60, "brightness": 0.1, "contrast": 0.1, "saturation": 0.3, "hue": 0.05}
"""The most, and of JPEG quality the least, that a picture with something to read in it may get."""

_READ = """
    chart chart-qa clock code comic diagram document form handwriting infographic map math medical music ocr plot
    receipt screenshot sheet-music sign table text ui
"""
READ = frozenset(_READ.split())
"""Tags of samples whose pictures are read."""

Range = Annotated[tuple[float, float], Field(description="[least, most]")]
Change = Annotated[float, Field(ge=0, le=0.9)]


class AugmentNoise(Step):
    """Degrade pictures a little, within bounds: noise, blur, JPEG artefacts, changes of colour.

    ## Why
    Published pictures are cleaner than what users send. Each sample is degraded with chance ``p``; every kind that
    is asked for is then drawn evenly from its range, for each picture by itself, seeded by recipe, step and key.
    The order is that of a camera: colour, blur, noise, JPEG. Nothing that is marked on a picture moves.

    - ``noise``: standard deviation in levels of 255; ``blur``: standard deviation in pixels
    - ``jpeg``: quality of one more JPEG compression
    - ``brightness``, ``contrast``, ``saturation``: up to this share more or less; ``hue``: of the colour circle

    What has to be read stays legible: samples tagged ``ocr``, ``document`` and the like, and those with words read
    in the picture, get at most noise 4, blur 0.5, JPEG quality 60, brightness and contrast 0.1, whatever is asked
    (note ``bounded``). Evaluation data and clips are left alone.

    ## Drops
    none

    ## Example
        - augment.noise: {p: 0.3, noise: [0, 8], jpeg: [50, 90]}
    """

    name = "augment.noise"
    moves_pixels = True

    p: Annotated[float, Field(ge=0, le=1, description="chance that a sample is degraded")] = 0.5
    noise: Range | None = None
    blur: Range | None = None
    jpeg: tuple[int, int] | None = None
    brightness: Change = 0.0
    contrast: Change = 0.0
    saturation: Change = 0.0
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    @model_validator(mode="after")
    def _within_bounds(self) -> AugmentNoise:
        for name, most in (("noise", 64), ("blur", 20), ("jpeg", 100)):
            low, high = getattr(self, name) or (1, 1)
            least = 1 if name == "jpeg" else 0
            if not least <= low <= high <= most:
                raise ValueError(f"{name} is [least, most], within {least} and {most}")
        if not (self.noise or self.blur or self.jpeg or any(self._changes)):
            raise ValueError("nothing to do: give noise, blur, jpeg, brightness, contrast, saturation or hue")
        return self

    @property
    def _changes(self) -> tuple[float, float, float, float]:
        return self.brightness, self.contrast, self.saturation, self.hue

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        rng = ctx.rng(sample)
        obstacle = _obstacle(sample) or ("coin" if rng.random() >= self.p else None)
        if obstacle:
            ctx.note(f"left_alone:{obstacle}")
            return sample
        read = not READ.isdisjoint(map(str.lower, sample.tags)) or any(
            mark.text or mark.source == "ocr" for mark in sample.annotations
        )
        step = self._legible() if read else self
        ctx.note("bounded" if step != self else "degraded")
        for number, image in enumerate(sample.images):
            if is_measured(image):
                for edit in step.drawn(rng):
                    sample = sample.edited(edit, number)
        return sample

    def drawn(self, rng: random.Random) -> Iterator[PixelEdit]:
        """The edits of one picture. Every kind draws, asked for or not, so that one more changes no other."""
        brightness, contrast, saturation, hue = (rng.uniform(-most, most) for most in self._changes)
        blur, noise = rng.uniform(*self.blur or (0, 0)), rng.uniform(*self.noise or (0, 0))
        seed, quality = rng.getrandbits(64), rng.randint(*self.jpeg or (0, 0))
        if any(self._changes):
            yield Jitter(1 + brightness, 1 + contrast, 1 + saturation, hue)
        if self.blur:
            yield Blur(blur)
        if self.noise:
            yield Noise(noise, seed)
        if self.jpeg:
            yield Recompress(quality)

    def _legible(self) -> AugmentNoise:
        """With every range cut to what leaves words legible."""
        cut = {
            name: min(getattr(self, name), LEGIBLE[name]) for name in ("brightness", "contrast", "saturation", "hue")
        }
        ranges = {
            name: tuple(min(bound, LEGIBLE[name]) for bound in getattr(self, name))
            for name in ("noise", "blur")
            if getattr(self, name)
        }
        quality = {"jpeg": tuple(max(bound, LEGIBLE["jpeg"]) for bound in self.jpeg)} if self.jpeg else {}
        return self.model_copy(update={**cut, **ranges, **quality})


def _obstacle(sample: Sample) -> str | None:
    if sample.role == "eval":
        return "eval"
    return None if any(map(is_measured, sample.images)) else "no_image"
