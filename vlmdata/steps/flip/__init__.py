"""Pictures mirrored and turned with everything marked on them, and with the words put right, or left alone."""

from vlmdata.steps.flip.hflip import HFlipAugment
from vlmdata.steps.flip.rotate import RotateAugment
from vlmdata.steps.flip.vflip import VFlipAugment

__all__ = ["HFlipAugment", "RotateAugment", "VFlipAugment"]
