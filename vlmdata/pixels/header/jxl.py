"""The header of a JPEG XL (ISO/IEC 18181), by libjxl where ``vlmdata[jxl]`` is installed."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.facts import Colour, Header
from vlmdata.types import Size

_COLOURS: dict[int, Colour] = {1: "grey", 3: "rgb"}


def read_jxl(data: bytes) -> Header:
    """``unsupported_format`` without the extra, and for animations; ``corrupt`` where libjxl cannot read it.

    Orientation is 1, for libjxl turns what it decodes and gives the size as shown. The profile comes with the pixels.
    """
    try:
        import pylibjxl
    except ImportError:
        raise BadRecord("unsupported_format", "image/jxl: it is read with pip install 'vlmdata[jxl]'") from None
    try:
        facts = pylibjxl.probe(data)
    except RuntimeError as error:
        raise BadRecord("corrupt", f"image/jxl: {error}") from None
    if facts["have_animation"] or facts["color_channels"] not in _COLOURS:
        raise BadRecord("unsupported_format", "an animated JPEG XL, or one of more than three colours")
    return Header(
        media_type="image/jxl",
        size=Size(facts["width"], facts["height"]),
        colour=_COLOURS[facts["color_channels"]],
        depth=facts["bits_per_sample"],
        alpha=facts["has_alpha"],
    )
