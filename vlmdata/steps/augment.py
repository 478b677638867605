"""Changed copies of pictures that leave the words true."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.sides import is_known, obstacle
from vlmdata.types import HFlip, Sample

# Pictures that mean something else, or nothing, in a mirror.
_NEVER = """
    3d aerial board-game camera chart chess clock code comic diagram document form game geometry gui handwriting
    infographic instrument logo map math medical multi-view music ocr plot radiology receipt remote-sensing satellite
    screenshot sheet-music sign sign-language table text traffic ui video
"""
NEVER_MIRRORED = frozenset(_NEVER.split())


class HFlipAugment(Step):
    """Mirror pictures left to right, with everything marked on them, where no word becomes wrong by it.

    ## Why
    A mirrored scene is as good as new to a model, but "the cup on the left" is not. All pictures of a sample
    follow one coin of chance ``p``, seeded by recipe, step and key. A sample is left as it is, and noted, where
    in doubt; nothing is ever reworded:

    - ``left_alone:tag``: it is tagged as text, chart, map, medicine or the like, or holds a clip
    - ``left_alone:ocr``: an annotation holds words that were read in the picture
    - ``left_alone:sides``: a text may speak of sides, compass points, turning, clocks or order
    - ``left_alone:reading``, ``left_alone:quoted``, ``left_alone:coordinates``: a text speaks of something to be
      read, quotes, or holds coordinates as plain text
    - ``left_alone:language``: the text is neither English, Japanese nor Chinese, so it cannot be judged
    - ``left_alone:eval``: evaluation data is not changed; ``left_alone:no_image``; ``left_alone:coin``

    Looked at are messages, alternatives, options and the words of annotations. ``meta`` is the source's own
    record of the picture as published and is not.

    ## Drops
    none

    ## Example
        - augment.hflip: {p: 0.5}
    """

    name = "augment.hflip"
    moves_pixels = True

    p: Annotated[float, Field(ge=0, le=1, description="chance that a sample is mirrored")] = 0.5

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        reason = _obstacle(sample) or ("coin" if ctx.rng(sample).random() >= self.p else None)
        if reason:
            ctx.note(f"left_alone:{reason}")
            return sample
        for number in range(len(sample.images)):
            sample = sample.transformed(HFlip(), number)
        ctx.note("flipped")
        return sample


def _obstacle(sample: Sample) -> str | None:
    if not sample.images:
        return "no_image"
    if sample.role == "eval":
        return "eval"
    if any(image.is_clip for image in sample.images) or not NEVER_MIRRORED.isdisjoint(map(str.lower, sample.tags)):
        return "tag"
    if any(mark.text or mark.source == "ocr" for mark in sample.annotations):
        return "ocr"
    if not is_known(sample.language):
        return "language"
    return next((reason for text in sample.texts() if (reason := obstacle(text))), None)
