"""Sequences into as few bins of one length as two simple rules find, and samples into packs."""

from vlmdata.steps.packing.bins import into_bins
from vlmdata.steps.packing.items import Bin, Item
from vlmdata.steps.packing.members import merged
from vlmdata.steps.packing.sequence import padded, unpadded

__all__ = ["Bin", "Item", "into_bins", "merged", "padded", "unpadded"]
