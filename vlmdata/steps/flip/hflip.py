"""``augment.hflip``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.flip import english, japanese
from vlmdata.steps.flip.findings import Reader
from vlmdata.steps.flip.gates import AERIAL, NEVER, sample_obstacle
from vlmdata.steps.flip.mirror import mirrored
from vlmdata.types import HFlip, Sample

READERS: tuple[Reader, ...] = (*english.ACROSS, *japanese.ACROSS)
"""What a mirror of left and right makes wrong."""


class HFlipAugment(Step):
    """Mirror pictures left to right, with everything marked on them and the words that it makes wrong.

    ## Why
    A mirrored scene is as good as new to a model, but "the cup on the left" is then on the right. So words of sides
    are swapped, all at once, in messages, alternatives, options and labels: ``left`` and ``right``, ``upper-left``,
    ``leftmost``, ``his left hand``, ``clockwise``, 左 and 右 in 左側, 左から2番目, 左手, and in pictures from above
    (tagged aerial, satellite or remote-sensing) ``east`` and ``west``, 東 and 西. English and Japanese.

    Where such a word means something else it stands: three slices left, the right answer, 左右対称, 左京区. Where
    nobody can tell, or a word has no exact twin, the whole sample is left as it is. Boxes, points, polygons and masks
    move in float pixels; a mirror of the mirror gives the sample back. All pictures of a sample follow one coin of
    chance ``p``, seeded by recipe, step and key. ``policy: refuse`` rewords nothing: it leaves alone every sample
    with such a word.

    Noted are ``flipped:swap`` and ``flipped:no_words``, the rules by which words were placed, once a sample, as
    ``swapped:`` (side, thing, body, compound, turn, pair, answer, phrase, short, ship, compass, article) and
    ``kept:`` (departed, remainder, intensifier, correct, rights, angle, word, order, clock, mirror), and why samples
    are left alone:

    - ``left_alone:tag``: it is tagged as text, chart, map, medicine or the like, or holds a clip
    - ``left_alone:ocr``: an annotation holds words that were read in the picture
    - ``left_alone:sides``: ``left``, ``right``, 左 or 右 in a sense that no rule knows; with ``policy: refuse`` any
      word that may be one of sides
    - ``left_alone:order``: counted, but not said from which end; ``left_alone:compass``: a compass point in a
      picture not from above; ``left_alone:mirror``, ``left_alone:clock``; ``left_alone:name``: it may be part of one
    - ``left_alone:twin``, ``left_alone:article``: swapped, it would not come back
    - ``left_alone:reading``, ``left_alone:quoted``, ``left_alone:coordinates``, ``left_alone:subject``: a text speaks
      of something to be read, quotes, holds coordinates as plain text, or speaks of charts, screens, organs
    - ``left_alone:images``: it speaks of the left one of several pictures
    - ``left_alone:language``: the text is in a language whose words are not known; ``left_alone:spelling``
    - ``left_alone:eval``: evaluation data is not changed; ``left_alone:no_image``; ``left_alone:coin``

    ``meta`` is the source's own record of the picture as published and is not changed.

    ## Drops
    none

    ## Example
        - augment.hflip: {p: 0.5}
    """

    name = "augment.hflip"
    moves_pixels = True

    p: Annotated[float, Field(ge=0, le=1, description="chance that a sample is mirrored")] = 0.5
    policy: Annotated[
        Literal["swap", "refuse"], Field(description="what becomes of a sample whose text speaks of sides")
    ] = "swap"

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        never = NEVER if self.policy == "swap" else NEVER | AERIAL
        obstacle = sample_obstacle(sample, never)
        return mirrored(sample, ctx, HFlip(), READERS, obstacle, p=self.p, policy=self.policy)
