"""Steps that clean the words of a sample, and that drop samples for their words."""

from vlmdata.steps.text.clean import CleanText
from vlmdata.steps.text.filter import FilterText

__all__ = ["CleanText", "FilterText"]
