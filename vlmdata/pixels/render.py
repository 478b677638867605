"""Rendering: the one place where pixels are touched, for a window of pictures in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from vlmdata.errors import BadRecord
from vlmdata.pixels.decode import decode
from vlmdata.pixels.encode import EncodedView, encode
from vlmdata.pixels.header import Header, read_header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.policy import PixelPolicy, conversions, is_canonical
from vlmdata.pixels.views import Edits, cut, plan, reduction
from vlmdata.types import Image

Backend = Literal["cpu"]
Stage = Literal["decode", "transform", "encode"]

_COARSEST = 8
"""Enough to prove a JPEG that is kept as it is: entropy decoding reads all of it at any scale."""


@dataclass(slots=True)
class RenderClock:
    """CPU seconds of this thread, added up by stage."""

    decode: float = 0.0
    transform: float = 0.0
    encode: float = 0.0

    @contextmanager
    def on(self, stage: Stage) -> Iterator[None]:
        start = time.thread_time()
        try:
            yield
        finally:
            setattr(self, stage, getattr(self, stage) + time.thread_time() - start)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture as it is stored: its views in the order of its layout.

    ``conversions`` names what made it canonical (see ``policy.conversions``). ``passed_through`` says that the one
    view is the source's own bytes.
    """

    views: tuple[EncodedView, ...]
    conversions: tuple[str, ...] = ()
    passed_through: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a picture cannot be stored: a short stable ``reason``, and a ``detail`` for people.

    Reasons: ``empty``, ``not_an_image``, ``unsupported_format``, ``bomb``, ``truncated``, ``corrupt``.
    """

    reason: str
    detail: str


def render(
    images: Sequence[Image], policy: PixelPolicy, clock: RenderClock, backend: Backend = "cpu"
) -> list[Rendered | Fault]:
    """Each picture decoded once, its pending edits done, its layout cut, its views encoded. One result each, in order.

    A picture that nothing is pending for and that is canonical keeps its very bytes, after a full decode has proved
    them. A clip keeps its bytes, of which only the header is read. A bad picture gives a ``Fault`` and disturbs no
    other. ``ValueError`` for wrong use: no bytes loaded, or edits planned on another size than the picture has.
    """
    return _BACKENDS[backend](images, policy, clock)


def _on_cpu(images: Sequence[Image], policy: PixelPolicy, clock: RenderClock) -> list[Rendered | Fault]:
    return [_one(image, policy, clock) for image in images]


def _one(image: Image, policy: PixelPolicy, clock: RenderClock) -> Rendered | Fault:
    if image.data is None:
        raise ValueError(f"{image.source or image.uri or 'an image'} is rendered before its bytes are loaded")
    try:
        with clock.on("decode"):
            header = read_header(image.data, policy.max_pixels)
        if image.original not in (None, header.size):
            raise ValueError(
                f"{image.source or 'an image'} is planned as {image.original} but is {header.size}: "
                "its size must come from its header"
            )
        if header.is_clip:
            return _untouched(image.data, header)
        return _picture(image, image.data, header, policy, clock)
    except BadRecord as bad:
        return Fault(bad.reason, bad.detail)


def _picture(image: Image, data: bytes, header: Header, policy: PixelPolicy, clock: RenderClock) -> Rendered:
    views = plan(image, policy)
    is_kept = views == ((),) and is_canonical(header)
    scale = _COARSEST if is_kept else _scale(header, views, policy)
    with clock.on("decode"):
        raster = decode(data, header, policy, scale)
    if is_kept:
        return _untouched(data, header)
    with clock.on("transform"):
        pixels = cut(raster, views, policy.fidelity)
    with clock.on("encode"):
        encoded = tuple(encode(view, policy, subsampled=header.subsampled) for view in pixels)
    return Rendered(encoded, conversions(header))


def _scale(header: Header, views: Sequence[Edits], policy: PixelPolicy) -> int:
    if policy.fidelity == "exact":
        return 1
    return reduction(header.stored, UPRIGHT[header.orientation], views)


def _untouched(data: bytes, header: Header) -> Rendered:
    return Rendered((EncodedView(data, header.media_type, header.size),), passed_through=True)


_BACKENDS: Mapping[Backend, Callable[[Sequence[Image], PixelPolicy, RenderClock], list[Rendered | Fault]]] = {
    "cpu": _on_cpu,
}
