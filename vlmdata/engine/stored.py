"""From samples to what is stored: pictures rendered by a window at a time, or the bytes as they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from vlmdata.engine.ledger import Ledger
from vlmdata.engine.memory import Memory
from vlmdata.engine.received import received
from vlmdata.errors import BadRecord
from vlmdata.pixels.decoder import Decoder
from vlmdata.pixels.mask import render_mask
from vlmdata.pixels.outcome import Fault, RenderClock, Rendered
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.render import render
from vlmdata.types import Drop, Image, Mask, Sample, Size, StoredView, Written


def as_rendered(
    window: Sequence[Sample],
    policy: PixelPolicy,
    decoder: Decoder,
    clock: RenderClock,
    ledger: Ledger,
    memory: Memory,
) -> Iterator[Written]:
    """One batched render, but for what ``memory`` has; samples with a bad picture are dropped.

    They are charged to ``clean.image`` where there is one.

    Documents go on without it, as ``received`` says.
    """
    images = [image for sample in window for image in sample.images]
    drawing = partial(render, policy=policy, clock=clock, decoder=decoder)
    outcomes = iter(memory.rendered(images, policy, drawing))
    for sample in window:
        ledger.render.entered += 1
        pictures = [next(outcomes) for _ in sample.images]
        answers = [_answer(*pair) for pair in zip(sample.images, pictures, strict=True)]
        try:
            sample = received(sample, answers, ledger.integrity)
        except BadRecord as bad:
            ledger.drop_sample(ledger.integrity, sample, Drop(reason=bad.reason, value=bad.detail or None))
            continue
        rendered = [picture for picture in pictures if isinstance(picture, Rendered)]
        _note(ledger, rendered)
        views = (
            tuple(StoredView(view.data, view.media_type, view.size) for view in picture.views) for picture in rendered
        )
        try:
            finished = _with_final_masks(sample)
        except BadRecord as bad:
            ledger.drop_sample(ledger.render, sample, Drop(reason=bad.reason, value=bad.detail or None))
            continue
        yield Written(finished, tuple(views))


def as_fetched(sample: Sample) -> Written:
    """Original bytes, good or bad; what is no picture is stored as it came."""
    return Written(sample, tuple((_original(image),) for image in sample.images))


def _answer(image: Image, picture: Rendered | Fault) -> Image | BadRecord:
    return BadRecord(picture.reason, picture.detail) if isinstance(picture, Fault) else image


def _original(image: Image) -> StoredView:
    assert image.data is not None
    return StoredView(image.data, image.media_type, image.original)


def _note(ledger: Ledger, rendered: Sequence[Rendered]) -> None:
    for name in sorted({name for picture in rendered for name in picture.conversions}):
        ledger.render.notes[f"converted:{name}"] += 1
    if rendered and all(picture.passed_through for picture in rendered):
        ledger.render.notes["unchanged"] += 1


def _with_final_masks(sample: Sample) -> Sample:
    """``BadRecord`` for a mask whose runs do not fill it."""
    if not any(mark.mask and mark.mask.edits for mark in sample.annotations):
        return sample
    marks = (replace(mark, mask=_final(mark.mask)) if mark.mask else mark for mark in sample.annotations)
    return replace(sample, annotations=tuple(marks))


def _final(mask: Mask) -> Mask:
    rle = render_mask(mask)
    height, width = rle["size"]
    return Mask(rle["counts"], Size(width, height))
