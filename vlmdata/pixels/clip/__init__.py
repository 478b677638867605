"""Clips: when each of their frames is shown, and its pixels. Videos need PyAV, the extra ``video``."""

from vlmdata.pixels.clip.container import need_av
from vlmdata.pixels.clip.decode import decoded
from vlmdata.pixels.clip.read import read_timeline
from vlmdata.pixels.clip.still import MEDIA_TYPE, still
from vlmdata.pixels.clip.timeline import Timeline

__all__ = ["MEDIA_TYPE", "Timeline", "decoded", "need_av", "read_timeline", "still"]
