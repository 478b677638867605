"""The embedded made-up data set: colored figures, words, charts and pages whose truth is known to the pixel."""

from vlmdata.datasets.shapes.dataset import Shapes
from vlmdata.datasets.shapes.deck import BAD_SHARE, ODD_SHARE
from vlmdata.datasets.shapes.vocabulary import COLORS

__all__ = ["BAD_SHARE", "COLORS", "ODD_SHARE", "Shapes"]
