"""What a picture or clip says about itself, read from its bytes without decoding a pixel."""

from vlmdata.pixels.header.facts import Colour, Header
from vlmdata.pixels.header.read import MAX_PIXELS, read_header

__all__ = ["MAX_PIXELS", "Colour", "Header", "read_header"]
