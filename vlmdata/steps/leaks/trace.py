"""From a sample of an evaluation set to its traces."""

from __future__ import annotations

import hashlib

from vlmdata.errors import BadRecord
from vlmdata.steps.base import Context
from vlmdata.steps.leaks.alike import is_empty
from vlmdata.steps.leaks.fingerprints import Seen, Trace
from vlmdata.steps.leaks.look import Model, signature, vector
from vlmdata.steps.leaks.question import questions
from vlmdata.types import Image, Sample


def trace(sample: Sample, model: Model | None = None) -> Trace:
    """Of a sample whose pictures are loaded.

    A picture that cannot be decoded is known by its bytes and identity alone; one of a single colour, such as stands
    for a missing picture, leaves nothing behind.
    """
    name = "-".join(filter(None, (sample.origin.dataset, sample.origin.config, sample.origin.split)))
    return Trace(
        key=sample.key,
        dataset=name,
        source=sample.origin.source,
        pictures=tuple(seen for image in sample.images if (seen := _seen(image, model))),
        questions=tuple(questions(sample)),
    )


def _seen(image: Image, model: Model | None) -> Seen | None:
    assert image.data is not None
    sha256 = image.sha256 or hashlib.sha256(image.data).hexdigest()
    ctx = Context(0, "fingerprints")
    try:
        look = signature(image, ctx)
        if is_empty(look):
            return None
        numbers = vector(image, model, ctx).tobytes() if model else None
    except BadRecord:
        return Seen(sha256, image.id)
    return Seen(sha256, image.id, look.to_bytes(), numbers)
