"""A sample beside its pictures as they are stored: what the engine hands to a shard."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.types.geometry import Size
from vlmdata.types.sample import Sample


@dataclass(frozen=True, slots=True)
class StoredView:
    """One stored picture. ``size`` is as shown, None where the bytes are kept although they are no picture."""

    data: bytes
    media_type: str | None
    size: Size | None


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sample and, for each of its images in order, the stored views.

    These are either the views of the image's layout, one by one, or the whole frame alone; in the second case
    the layout is only recorded (``views: planned``).
    """

    sample: Sample
    views: tuple[tuple[StoredView, ...], ...]
