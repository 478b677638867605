"""The way of both mirrors: obstacles, words, the coin, pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vlmdata.steps.base import Context
from vlmdata.steps.flip.findings import Reader
from vlmdata.steps.flip.wording import Wording, reworded, wording
from vlmdata.types import HFlip, Sample, VFlip

Policy = Literal["swap", "refuse"]


def mirrored(
    sample: Sample,
    ctx: Context,
    mirror: HFlip | VFlip,
    readers: Sequence[Reader],
    obstacle: str | None,
    *,
    p: float,
    policy: Policy,
) -> Sample:
    """The sample in a mirror, all its pictures, marks and words; or as it was. ``ctx`` is told which and why."""
    words = Wording(obstacle) if obstacle else wording(sample, readers)
    reason = words.obstacle
    if reason is None and policy == "refuse" and any(words.findings):
        reason = "sides" if isinstance(mirror, HFlip) else "heights"
    if reason is None and ctx.rng(sample).random() >= p:
        reason = "coin"
    if reason:
        ctx.note(f"left_alone:{reason}")
        return sample
    return _in_mirror(sample, ctx, mirror, words)


def _in_mirror(sample: Sample, ctx: Context, mirror: HFlip | VFlip, words: Wording) -> Sample:
    decisions = {(one.verdict, one.rule) for one in words.findings}
    for verdict, rule in sorted(decisions):
        ctx.note(f"{'swapped' if verdict == 'swap' else 'kept'}:{rule}")
    swaps = any(verdict == "swap" for verdict, _ in decisions)
    ctx.note("flipped:swap" if swaps else "flipped:no_words")
    if swaps:
        sample = reworded(sample, words)
    for number in range(len(sample.images)):
        sample = sample.transformed(mirror, number)
    return sample
