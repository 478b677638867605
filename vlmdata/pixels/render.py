"""Rendering: the one place where pixels are touched, for a window of pictures in one call."""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.pixels.cpu import render_one
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.pixels.outcome import Fault, RenderClock, Rendered
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.prepared import prepared
from vlmdata.types import Image


def render(
    images: Sequence[Image], policy: PixelPolicy, clock: RenderClock, decoder: Decoder = CPU
) -> list[Rendered | Fault]:
    """Each picture decoded once, its pending edits done, its layout cut, its views encoded. One result each, in order.

    A picture that nothing is pending for and that is canonical keeps its very bytes, after a full decode has proved
    them. A clip keeps its bytes, of which only the header is read. A bad picture gives a ``Fault`` and disturbs no
    other. ``ValueError`` for wrong use: no bytes loaded, or edits planned on another size than the picture has.
    ``DeviceError`` where the GPU of ``decoder`` is lost; the window may be tried again.
    """
    with clock.on("decode"):
        pictures = [prepared(image, policy) for image in images]
    if decoder.backend == "cuda":
        from vlmdata.pixels.cuda.window import render_window

        return render_window(pictures, policy, clock, decoder)
    return [picture if isinstance(picture, Fault) else render_one(picture, policy, clock) for picture in pictures]
