"""One window of pictures on CPU and GPU.

Headers alone decide which of the two takes a picture. What the GPU is to decode, the CPU proves before: nvJPEG decodes
what there is of a truncated or damaged picture and says nothing, and it may crash. An entropy decode is six tenths of
a whole one (0.6 ms for 640x480), the GPU then saves the rest, the resizing and the encoding. So both backends refuse
the same pictures for the same reasons, and a damaged picture never reaches the GPU.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.errors import BadRecord
from vlmdata.pixels.cpu import render_one
from vlmdata.pixels.cuda.device import device_of
from vlmdata.pixels.cuda.order import Answer, Batch, Order
from vlmdata.pixels.cuda.route import order_of
from vlmdata.pixels.decode import PROOF_SCALE, decode
from vlmdata.pixels.decoder import Decoder
from vlmdata.pixels.encode import EncodedView
from vlmdata.pixels.outcome import Fault, RenderClock, Rendered
from vlmdata.pixels.policy import PixelPolicy, conversions
from vlmdata.pixels.prepared import Prepared

Views = tuple[EncodedView, ...]


def render_window(
    pictures: Sequence[Prepared | Fault], policy: PixelPolicy, clock: RenderClock, decoder: Decoder
) -> list[Rendered | Fault]:
    """One result each, in order. ``DeviceError`` where the process that drives the GPU is lost.

    What the library on the GPU cannot decode, the CPU renders.
    """
    with clock.on("decode"):
        routed = [_routed(picture, policy) for picture in pictures]
    orders = tuple(order for _, order in routed if order)
    coming = device_of(decoder).submit(Batch(orders, policy)) if orders else None
    on_cpu = [None if order else _on_cpu(picture, policy, clock) for picture, order in routed]
    answer = coming.result() if coming else Answer([])
    for stage, seconds in answer.seconds.items():
        setattr(clock, stage, getattr(clock, stage) + seconds)
    views = iter(answer.views)
    return [
        done or _from_gpu(picture, next(views), policy, clock)
        for (picture, _), done in zip(routed, on_cpu, strict=True)
    ]


def _routed(picture: Prepared | Fault, policy: PixelPolicy) -> tuple[Prepared | Fault, Order | None]:
    """With an order for the GPU where it takes the picture; a fault in its place where the proof finds one."""
    order = None if isinstance(picture, Fault) else order_of(picture)
    if isinstance(picture, Fault) or order is None:
        return picture, None
    try:
        decode(picture.data, picture.header, policy, PROOF_SCALE)
    except BadRecord as bad:
        return Fault(bad.reason, bad.detail), None
    return picture, order


def _on_cpu(picture: Prepared | Fault, policy: PixelPolicy, clock: RenderClock) -> Rendered | Fault:
    return picture if isinstance(picture, Fault) else render_one(picture, policy, clock)


def _from_gpu(
    picture: Prepared | Fault, views: Views | None, policy: PixelPolicy, clock: RenderClock
) -> Rendered | Fault:
    if views is None or isinstance(picture, Fault):
        return _on_cpu(picture, policy, clock)
    return Rendered(views, conversions(picture.header))
