"""Small clips made by PyAV: every frame is of one colour, which tells its number."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

STEP = 8
MILLISECOND = Fraction(1, 1000)


def colour(number: int) -> tuple[int, int, int]:
    """Of frame ``number``, far enough from its neighbours to survive a codec."""
    return (16 + STEP * (number % 28), 100, 240 - STEP * (number % 28))


def number_of(pixels: np.ndarray) -> int:
    """The frame, of the first 28, that a picture is."""
    return round((float(pixels[..., 0].mean()) - float(pixels[..., 2].mean()) - 16 + 240) / (2 * STEP))


def made_clip(
    form: str = "mp4",
    codec: str = "libx264",
    *,
    times: Sequence[int] = range(0, 1000, 40),
    size: tuple[int, int] = (64, 48),
    options: dict[str, str] | None = None,
    colorspace: int | None = None,
    shade: tuple[int, int, int] | None = None,
) -> bytes:
    """A clip whose frames are shown at ``times``, in milliseconds; ``shade`` makes all of them of one colour."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form) as container:
        stream = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 4_000_000
        stream.time_base = stream.codec_context.time_base = MILLISECOND
        if colorspace is not None:
            stream.codec_context.colorspace = colorspace
        for number, time in enumerate(times):
            pixels = np.empty((size[1], size[0], 3), np.uint8)
            pixels[:] = shade or colour(number)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if colorspace is not None:
                frame = frame.reformat(format="yuv420p", dst_colorspace=colorspace)
                frame.colorspace = colorspace
            frame.pts, frame.time_base = time, MILLISECOND
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def sideways(clip: bytes) -> bytes:
    """An MP4 whose track is turned a quarter clockwise, as phones write it."""
    turned = bytearray(clip)
    at = clip.index(b"tkhd") + 4 + 40
    (height,) = struct.unpack_from(">I", clip, at + 40)
    turned[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, height, 0, 1 << 30)
    return bytes(turned)
