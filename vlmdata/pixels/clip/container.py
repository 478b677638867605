"""Clips opened by PyAV; what it raises on damaged ones becomes a reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord, MissingExtraError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream


def need_av() -> None:
    """``MissingExtraError`` where PyAV is not installed."""
    try:
        import av  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("videos are decoded by PyAV: pip install 'vlmdata[video]'") from error


@contextmanager
def opened(data: bytes) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A clip and its video stream, decoded by one thread: workers are processes.

    ``BadRecord``: ``corrupt`` where FFmpeg cannot read it, also while the context lasts, or finds no video in it;
    ``unsupported_format`` for an unknown codec.
    """
    import av

    try:
        # Tags of old clips are in any encoding; nobody reads them.
        with av.open(io.BytesIO(data), mode="r", metadata_errors="ignore") as container:
            stream = container.streams.best("video")
            if not isinstance(stream, av.VideoStream):
                raise BadRecord("corrupt", "a clip without a video track")
            if stream.codec_context is None:
                raise BadRecord("unsupported_format", "a video of a codec that FFmpeg has no decoder for")
            stream.codec_context.thread_count = 1
            yield container, stream
    except av.FFmpegError as error:
        raise BadRecord("corrupt", f"FFmpeg: {error.strerror}") from None
