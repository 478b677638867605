"""The decode stage: headers, decoding, transforms, views, encoding. ``render`` does a window of pictures."""

from vlmdata.pixels.encode import EncodedView
from vlmdata.pixels.header import MAX_PIXELS, Header, read_header
from vlmdata.pixels.look import look, look_at
from vlmdata.pixels.mask import Rle, render_mask
from vlmdata.pixels.outcome import Fault, RenderClock, Rendered
from vlmdata.pixels.policy import PixelPolicy, conversions, is_canonical
from vlmdata.pixels.render import render
from vlmdata.pixels.thumbnail import thumbnail

__all__ = [
    "MAX_PIXELS",
    "EncodedView",
    "Fault",
    "Header",
    "PixelPolicy",
    "RenderClock",
    "Rendered",
    "Rle",
    "conversions",
    "is_canonical",
    "look",
    "look_at",
    "read_header",
    "render",
    "render_mask",
    "thumbnail",
]
