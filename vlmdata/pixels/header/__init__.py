"""What a picture or clip says about itself, read from its bytes without decoding a pixel."""

from vlmdata.pixels.header.facts import Colour, Header
from vlmdata.pixels.header.read import MAX_PIXELS, read_header
from vlmdata.pixels.header.signature import extension_of

__all__ = ["MAX_PIXELS", "Colour", "Header", "extension_of", "read_header"]
