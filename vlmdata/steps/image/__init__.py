"""Steps that keep or drop samples by their pictures."""

from vlmdata.steps.image.clean import CleanImage
from vlmdata.steps.image.filter import FilterImage
from vlmdata.steps.image.odd_size import FilterOddSize

__all__ = ["CleanImage", "FilterImage", "FilterOddSize"]
