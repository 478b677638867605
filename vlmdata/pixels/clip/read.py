"""The timeline of a clip, read from its packets or blocks. Decodes no pixel."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.pixels.clip.container import opened
from vlmdata.pixels.clip.timeline import Timeline
from vlmdata.pixels.header.gif import gif_delays


def read_timeline(data: bytes, media_type: str) -> Timeline:
    """When each frame is shown. Two with one timestamp count once: only one of them is ever seen.

    Frames that an edit list cuts away are left out. ``BadRecord``: ``corrupt`` (also for frames without timestamps),
    ``truncated`` for a GIF.
    """
    if media_type == "image/gif":
        return Timeline.of_delays(gif_delays(data))
    lasts: dict[int, int] = {}
    keys: set[int] = set()
    with opened(data) as (container, stream):
        for packet in container.demux(stream):
            if not packet.size or packet.is_discard:
                continue
            if packet.pts is None:
                raise BadRecord("corrupt", "frames without timestamps")
            lasts[packet.pts] = packet.duration or 0
            if packet.is_keyframe:
                keys.add(packet.pts)
        unit, declared = stream.time_base, stream.average_rate
    if not lasts or not unit:
        raise BadRecord("corrupt", "a clip without frames")
    last = max(lasts)
    end = last + lasts[last] if lasts[last] > 0 else None
    return Timeline(tuple(sorted(lasts)), unit, end, declared, tuple(sorted(keys)))
