"""Pictures that are copies of one another, though not to the last bit.

signature (pixels.perceptual)  ->  bands: pairs of hashes  ->  thumbnails: are they alike?  ->  clusters  ->  survivors
"""

from vlmdata.steps.near.step import DedupNear

__all__ = ["DedupNear"]
