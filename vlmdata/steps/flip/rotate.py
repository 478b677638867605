"""``augment.rotate``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, field_validator

from vlmdata.steps.base import Context, Step
from vlmdata.steps.flip import english, japanese
from vlmdata.steps.flip.findings import Finding, Reader, Scene, lowered
from vlmdata.steps.flip.gates import NEVER, sample_obstacle
from vlmdata.steps.flip.wording import wording
from vlmdata.types import Rot90, Sample

_POSED = re.compile(
    r"(?<![a-z])(?:horizontal\w*|sideways|diagonal\w*|tilt\w*|slant\w*|level|wider|taller|widest|tallest|lying down"
    r"|(?:portrait|landscape)[ -](?:orientation|format|mode))(?![a-z])|水平|垂直|縦|横|斜め|傾|向き"
)


def posture(text: str, scene: Scene) -> Iterator[Finding]:
    """Words that say how something lies in the picture."""
    return (Finding(*match.span(), "refuse", "posture") for match in _POSED.finditer(lowered(text)))


READERS: tuple[Reader, ...] = tuple(
    dict.fromkeys((*english.ACROSS, *english.ALONG, *japanese.ACROSS, *japanese.ALONG, posture))
)


class RotateAugment(Step):
    """Turn pictures by right angles, with everything marked on them, where no word speaks of a direction.

    ## Why
    For pictures without an up of their own: from above, of parts on a table, of figures. Nothing is reworded: a
    sample with any word of sides, heights, compass points, order, turning or posture is left as it is and noted as
    ``augment.hflip`` and ``augment.vflip`` do (``left_alone:directions`` for words that those would swap). The
    angle is drawn from ``degrees``, clockwise, and the coin of chance ``p`` falls once for all pictures of a sample,
    both seeded by recipe, step and key. Noted are ``turned:90``, ``turned:180``, ``turned:270``.

    ## Drops
    none

    ## Example
        - augment.rotate: {degrees: [90, 180, 270], p: 0.5}
    """

    name = "augment.rotate"
    moves_pixels = True

    degrees: Annotated[
        tuple[Literal[90, 180, 270], ...], Field(min_length=1, description="angles to draw from, clockwise")
    ] = (90, 180, 270)
    p: Annotated[float, Field(ge=0, le=1, description="chance that a sample is turned")] = 0.5

    @field_validator("degrees")
    @classmethod
    def _differ(cls, degrees: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(degrees)) < len(degrees):
            raise ValueError("each angle once")
        return degrees

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        rng = ctx.rng(sample)
        reason = self._obstacle(sample) or ("coin" if rng.random() >= self.p else None)
        if reason:
            ctx.note(f"left_alone:{reason}")
            return sample
        degrees = rng.choice(self.degrees)
        ctx.note(f"turned:{degrees}")
        for number in range(len(sample.images)):
            sample = sample.transformed(Rot90(degrees // 90), number)
        return sample

    def _obstacle(self, sample: Sample) -> str | None:
        obstacle = sample_obstacle(sample, NEVER)
        if obstacle:
            return obstacle
        words = wording(sample, READERS)
        return words.obstacle or ("directions" if any(one.verdict == "swap" for one in words.findings) else None)
