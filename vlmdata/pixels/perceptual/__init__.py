"""What a picture looks like, in few bytes: a hash to find others by, and a thumbnail to compare with them.

    signature = signature_at(image)          # 64-bit hash and thumbnail
    distance(one, other) <= MAX_DISTANCE     # worth comparing
    similarity(one, other) >= MIN_SIMILARITY # the same picture

All numbers are the same on every machine: sums are of integers, and what is not a sum is done value by value.
"""

from vlmdata.pixels.perceptual.signature import (
    MAX_DISTANCE,
    SIDE,
    SIGNATURE_BYTES,
    THUMBNAIL_BYTES,
    Signature,
    distance,
    mirrored,
    mirrored_thumbnails,
    signature_at,
    signature_of,
)
from vlmdata.pixels.perceptual.similarity import MAX_COLOUR, MAX_SHIFT, MIN_SIMILARITY, similarities, similarity

__all__ = [
    "MAX_COLOUR",
    "MAX_DISTANCE",
    "MAX_SHIFT",
    "MIN_SIMILARITY",
    "SIDE",
    "SIGNATURE_BYTES",
    "THUMBNAIL_BYTES",
    "Signature",
    "distance",
    "mirrored",
    "mirrored_thumbnails",
    "signature_at",
    "signature_of",
    "similarities",
    "similarity",
]
