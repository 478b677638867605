"""What is looked at in a picture: how it appears, and optionally what a model sees in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.models.embed import Encoder, loaded
from vlmdata.pixels import look_at
from vlmdata.pixels.perceptual import Signature, signature_at
from vlmdata.steps.base import Context
from vlmdata.steps.resize import is_measured
from vlmdata.types import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

SIGNATURE = "decontaminate signature"


@dataclass(frozen=True, slots=True)
class Model:
    """An image encoder by the name a recipe gives it; paths start at ``base``."""

    name: str
    base: str = ""

    @property
    def encoder(self) -> Encoder:
        """Loaded once in a process. Raises what ``vlmdata.models.embed.loaded`` raises."""
        return loaded(self.name, self.base)

    @property
    def digest(self) -> str:
        return self.encoder.digest


def published(image: Image) -> Image:
    """The picture as its source has it: what crops leave of a leaked picture has leaked, too."""
    return replace(image, edits=())


def signature(image: Image, ctx: Context) -> Signature:
    """How it appears. ``BadRecord`` where it cannot be looked at."""
    plain = _measured(image)
    return Signature.from_bytes(ctx.recall(SIGNATURE, plain, lambda: signature_at(plain).to_bytes()))


def vector(image: Image, model: Model, ctx: Context) -> Vector:
    """Of length 1. ``BadRecord`` where the picture cannot be looked at."""
    import numpy as np

    plain = _measured(image)
    question = f"decontaminate vector {model.digest}"
    return np.frombuffer(ctx.recall(question, plain, partial(_seen_by, model.encoder, plain)), "<f4")


def _seen_by(encoder: Encoder, image: Image) -> bytes:
    (row,) = encoder.images([look_at(image, encoder.side(image.size))])
    return bytes(row.astype("<f4").tobytes())


def _measured(image: Image) -> Image:
    if not is_measured(image) or image.data is None:
        raise BadRecord("clip" if image.is_clip else "no_header")
    return published(image)
