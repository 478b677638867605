"""Tokenized samples as sequences of one length: packed, side by side by length, or as they come; padded if asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.pixels import look_at
from vlmdata.steps.base import Context, StreamStep
from vlmdata.steps.packing import Item, into_bins, merged, padded, unpadded
from vlmdata.types import Drop, Dropped, Sample, Tokens

_GLANCE = 64
"""Pixels to which a picture is decoded to prove it."""


class Pack(StreamStep):
    """Join tokenized samples into sequences of one length, or order and pad them.

    ## Why
    Samples of different lengths in one batch waste what is padding. ``mode: pack`` joins several into one sequence
    of at most ``max_length`` tokens: the longest first, each where it fits best (best fit decreasing), or each
    sequence filled up by the sum that comes nearest to its length, whichever gives fewer. A sample is never cut,
    so neither is a run of image tokens. Positions start from 0 in each member, ``sequence_lengths`` says how long
    they are, and the first label of each is -100. Keep members from attending to one another: ``vlmdata.torch``
    makes the mask.

    A pack has the tokens, rendered texts and pictures of its members, in order, its key is made of theirs, and
    ``meta.members`` says for each key, data set, source, licence, tokens, pictures and ``meta``. Messages and
    annotations stay behind in the data set it is made of. Members may be of different data sets, but not of
    different splits. A pack is under the licences of all of them, and for commercial use only if all are.
    ``output.split`` sends a pack by its first picture; split first and pack what was split, where that matters.

    ``mode: bucket`` leaves samples single, orders those of a window by length, and gives out groups of ``bucket``
    neighbours in seeded order, so that batches taken in order need little padding. ``mode: none`` only pads and drops.

    Up to ``window`` samples are held with the bytes of their pictures. Packs do not reach over the end of a task.
    The funnel counts ``tokens: filled`` and ``empty``, of which the second is the room that is left.

    ## Drops
    - ``no_tokens``: ``tokenize`` is not before it
    - ``too_long``: more than ``max_length`` tokens
    - ``too_many_images``: more than ``max_images`` pictures
    - ``truncated``, ``corrupt`` and the other reasons of ``clean.image``: in ``mode: pack`` pictures are decoded
      once more, small, so that a damaged one costs its sample and not the pack

    ## Example
        - pack: {max_length: 8192, max_images: 48}
        - pack: {mode: bucket, max_length: 2048, pad_to: multiple, multiple: 64, pad_id: 0}
    """

    name = "pack"
    takes = frozenset({"input_ids"})
    fills = frozenset({"position_ids", "sequence_lengths"})
    once = True

    max_length: Annotated[int, Field(gt=0, le=1 << 20, description="tokens of a sequence at most")] = 4096
    mode: Annotated[
        Literal["pack", "bucket", "none"], Field(description="join samples, order them by length, or neither")
    ] = "pack"
    window: Annotated[int, Field(gt=0, description="samples to choose among")] = 1000
    max_images: Annotated[
        int | None, Field(ge=0, description="pictures of a sequence at most, each view counted; null: any number")
    ] = None
    bucket: Annotated[int, Field(gt=0, description="samples of like length side by side; for mode bucket")] = 64
    pad_to: Annotated[Literal["none", "multiple", "max_length"], Field(description="what sequences are padded to")] = (
        "none"
    )
    multiple: Annotated[int, Field(gt=0, description="for pad_to: multiple")] = 64
    pad_id: Annotated[int | None, Field(ge=0, description="the token that stands for padding")] = None

    def ready(self) -> str | None:
        if self.pad_to != "none" and self.pad_id is None:
            return f"pad_to: {self.pad_to} needs pad_id, the padding token of the tokenizer"
        if self.pad_to == "multiple" and self.max_length % self.multiple:
            return f"max_length {self.max_length} is no multiple of {self.multiple}, so sequences could become longer"
        return None

    def run(self, samples: Iterator[Sample], ctx: Context) -> Iterator[Sample | Dropped]:
        held: list[_Held] = []
        for sample in samples:
            item = self._taken(sample, ctx)
            if isinstance(item, Dropped):
                yield item
                continue
            held.append(item)
            if len(held) == (1 if self.mode == "none" else self.window):
                yield from self._given(held, ctx)
                held = []
        yield from self._given(held, ctx)

    def _taken(self, sample: Sample, ctx: Context) -> _Held | Dropped:
        tokens = unpadded(sample.tokens) if sample.tokens else None
        length = len(tokens.input_ids) if tokens else 0
        images = sum(len(image.layout.views) for image in sample.images)
        if tokens is None or not length:
            drop = Drop(reason="no_tokens")
        elif length > self.max_length:
            drop = Drop(reason="too_long", value=str(length), threshold=str(self.max_length))
        elif self.max_images is not None and images > self.max_images:
            drop = Drop(reason="too_many_images", value=str(images), threshold=str(self.max_images))
        elif self.mode == "pack" and (bad := _damage(sample)):
            drop = Drop(reason=bad.reason, value=bad.detail or None)
        else:
            return _Held(sample, tokens, Item(length, 0 if self.max_images is None else images))
        return Dropped(key=sample.key, step=ctx.step, drop=drop, source=sample.origin.source, sample=sample)

    def _given(self, held: Sequence[_Held], ctx: Context) -> Iterator[Sample]:
        if self.mode == "pack":
            yield from self._packed(held, ctx)
            return
        for group in self._buckets(held, ctx) if self.mode == "bucket" else [held]:
            longest = max((one.item.tokens for one in group), default=0)
            for one in group:
                yield self._padded(one.sample, one.tokens, longest, ctx)

    def _buckets(self, held: Sequence[_Held], ctx: Context) -> list[list[_Held]]:
        ordered = sorted(held, key=lambda one: one.item.tokens)
        groups = [ordered[start : start + self.bucket] for start in range(0, len(ordered), self.bucket)]
        if groups:
            ctx.rng(held[0].sample).shuffle(groups)
        return groups

    def _packed(self, held: Sequence[_Held], ctx: Context) -> Iterator[Sample]:
        alike: defaultdict[object, list[_Held]] = defaultdict(list)
        for one in held:
            alike[one.sample.role, one.sample.origin.split].append(one)
        room = Item(self.max_length, self.max_images or 0)
        for group in alike.values():
            for numbers in into_bins([one.item for one in group], room):
                members = [group[number] for number in numbers]
                pack = merged([one.sample for one in members], [one.tokens for one in members])
                assert pack.tokens is not None
                yield self._padded(pack, pack.tokens, self.max_length, ctx)

    def _padded(self, sample: Sample, tokens: Tokens, room: int, ctx: Context) -> Sample:
        length = len(tokens.input_ids)
        if self.pad_to != "none":
            assert self.pad_id is not None
            room = self.max_length if self.pad_to == "max_length" else -(-length // self.multiple) * self.multiple
            tokens = padded(tokens, room, self.pad_id)
        ctx.notes["tokens:filled"] += length
        ctx.notes["tokens:empty"] += room - length
        return replace(sample, tokens=tokens)


def _damage(sample: Sample) -> BadRecord | None:
    """Why a picture cannot be decoded. Found out before it could take the other members of a pack along."""
    for image in sample.images:
        if image.data is not None and not image.is_clip:
            try:
                look_at(image, _GLANCE)
            except BadRecord as bad:
                return bad
    return None


@dataclass(frozen=True, slots=True)
class _Held:
    """A sample that waits for others, its tokens without padding, and what it takes of a sequence."""

    sample: Sample
    tokens: Tokens
    item: Item
