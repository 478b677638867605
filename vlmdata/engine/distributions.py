"""What a written sample adds to the distributions of its run."""

from __future__ import annotations

from collections import Counter

from vlmdata.types import IGNORED, Distributions, Written


def count(found: Distributions, written: Written) -> None:
    """Count a sample and its pictures. A few microseconds: it is done for every sample that is written."""
    sample = written.sample
    found.samples += 1
    found.number("images", len(sample.images))
    found.number("turns", len(sample.messages))
    found.number("characters", sum(len(message.text) for message in sample.messages))
    found.name("dataset", sample.origin.dataset)
    found.name("language", sample.language or "")
    for tag in dict.fromkeys(sample.tags):
        found.name("tag", tag)
    if sample.images:
        _count_pictures(found, written)
    if sample.tokens:
        _count_tokens(found, written)


def _count_pictures(found: Distributions, written: Written) -> None:
    boxes = Counter(mark.image for mark in written.sample.annotations if mark.box)
    for number, (image, views) in enumerate(zip(written.sample.images, written.views, strict=True)):
        found.number("views", len(views))
        found.number("boxes", boxes[number])
        for view in views:
            found.name("media_type", view.media_type or "")
        if image.original:
            frame = image.size
            found.number("width", frame.width)
            found.number("height", frame.height)
            found.number("aspect", frame.width / frame.height)


def _count_tokens(found: Distributions, written: Written) -> None:
    import numpy as np

    tokens = written.sample.tokens
    if tokens:
        labels = np.frombuffer(tokens.labels, dtype=np.intc)
        found.number("tokens", len(labels))
        found.number("trained", int(np.count_nonzero(labels != IGNORED)))
