"""Chosen frames of a video, one at a time: decoding begins at the nearest key frame before each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from vlmdata.errors import BadRecord
from vlmdata.pixels.clip.container import opened
from vlmdata.pixels.clip.timeline import Timeline

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from vlmdata.pixels.raster import Pixels


def decoded(data: bytes, timeline: Timeline, pts: Iterable[int]) -> Iterator[Pixels]:
    """The frames with these timestamps, which ascend, as upright RGB: uint8, rows x columns x 3.

    Colours go by the matrix and range that the stream declares, and no tone is mapped. Pixels are taken as square.
    ``BadRecord`` ``corrupt`` where one cannot be decoded, or the decoder knows that it is damaged; what a codec
    conceals without a word is not seen.
    """
    with opened(data) as (container, stream):
        cursor = _Cursor(container, stream, timeline.keys)
        for one in pts:
            frame = cursor.frame(one)
            if frame is None or frame.is_corrupt:
                at = float((one - timeline.pts[0]) * timeline.unit)
                raise BadRecord("corrupt", f"the frame at {at:.3f} s cannot be decoded")
            yield _pixels(frame)


class _Cursor:
    """A place in a stream that is decoded, which moves forward, by leaps where that saves frames."""

    def __init__(self, container: InputContainer, stream: VideoStream, keys: tuple[int, ...]) -> None:
        self._container, self._stream, self._keys = container, stream, keys
        self._frames = container.decode(stream)
        self._last: VideoFrame | None = None

    def frame(self, pts: int) -> VideoFrame | None:
        """The frame of this timestamp. Where a leap misses it, all is decoded from the beginning."""
        leapt = self._leap(pts)
        found = self._forward(pts)
        if found is None and leapt:
            self._seek(self._keys[0])
            found = self._forward(pts)
        return found

    def _leap(self, pts: int) -> bool:
        number = bisect_right(self._keys, pts) - 1
        if number < 1 or (self._last is not None and self._keys[number] <= (self._last.pts or 0)):
            return False
        self._seek(self._keys[number])
        return True

    def _seek(self, key: int) -> None:
        self._container.seek(key, stream=self._stream, backward=True)
        self._frames, self._last = self._container.decode(self._stream), None

    def _forward(self, pts: int) -> VideoFrame | None:
        while self._last is None or (self._last.pts or 0) < pts:
            self._last = next(self._frames, None)
            if self._last is None:
                return None
        return self._last if self._last.pts == pts else None


def _pixels(frame: VideoFrame) -> Pixels:
    """Converted with all of the chroma and exact rounding, by which SIMD gives what plain C does."""
    import numpy as np
    from av.video.reformatter import Interpolation

    how = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    pixels = cast("Pixels", frame.reformat(format="rgb24", interpolation=how).to_ndarray())
    return np.rot90(pixels, round(frame.rotation / 90) % 4)
