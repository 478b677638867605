"""``augment.vflip``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.flip import english, japanese
from vlmdata.steps.flip.findings import Reader
from vlmdata.steps.flip.gates import AERIAL, NEVER, sample_obstacle
from vlmdata.steps.flip.mirror import mirrored
from vlmdata.types import Sample, VFlip

READERS: tuple[Reader, ...] = (*english.ALONG, *japanese.ALONG)
"""What a mirror of top and bottom makes wrong."""


class VFlipAugment(Step):
    """Mirror pictures taken from above top to bottom, with their marks and the words it makes wrong.

    ## Why
    A picture taken from above has no ground that things stand on, so it may be turned over as well. Only samples
    tagged aerial, satellite or remote-sensing are; ``any: true`` takes others, such as figures on a plain.
    ``top`` and ``bottom``, ``upper`` and ``lower``, ``above`` and ``below``, ``upward`` and ``downward``, ``north`` and
    ``south``, 上側, 下部, 左上, 北 and 南 are swapped as ``augment.hflip`` swaps sides, with the same notes and besides
    ``swapped:height``, ``kept:physical`` (on top of) and ``kept:particle`` (lined up). What is above something else
    in the world (a bridge, a plane) is left alone: ``left_alone:heights``. Left and right, east and west stay.
    ``left_alone:not_aerial``: it has none of these tags.

    ## Drops
    none

    ## Example
        - augment.vflip: {p: 0.5}
    """

    name = "augment.vflip"
    moves_pixels = True

    p: Annotated[float, Field(ge=0, le=1, description="chance that a sample is mirrored")] = 0.5
    policy: Annotated[
        Literal["swap", "refuse"], Field(description="what becomes of a sample whose text speaks of heights")
    ] = "swap"
    any: Annotated[bool, Field(description="also where no tag says that the picture is from above")] = False

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        obstacle = sample_obstacle(sample, NEVER)
        if obstacle is None and not self.any and AERIAL.isdisjoint(map(str.lower, sample.tags)):
            obstacle = "not_aerial"
        return mirrored(sample, ctx, VFlip(), READERS, obstacle, p=self.p, policy=self.policy)
