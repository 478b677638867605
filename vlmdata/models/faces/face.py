"""A face that a detector found, and the choice among boxes that mean the same one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.types import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Corners = NDArray[np.float64]

_SAME = 0.3
"""Boxes that share more of their union mean one face, as in CenterFace's own code."""


@dataclass(frozen=True, slots=True)
class Face:
    """Forehead to chin, without hair and ears, in pixels of the picture that was looked at; ``score`` 0 to 1."""

    box: Box
    score: float


def distinct(faces: Iterable[Face]) -> list[Face]:
    """Of boxes that mean one face the surest, surest first; places decide between equals."""
    import numpy as np

    ordered = sorted(faces, key=lambda face: (-face.score, face.box.xyxy))
    corners = np.array([face.box.xyxy for face in ordered]).reshape(-1, 4)
    waiting, kept = np.arange(len(ordered)), []
    while waiting.size:
        surest, others = waiting[0], waiting[1:]
        kept.append(ordered[surest])
        waiting = others[_overlaps(corners[surest], corners[others]) <= _SAME]
    return kept


def _overlaps(one: Corners, others: Corners) -> Corners:
    """Intersection over union of a box with each of the others, none of them empty."""
    import numpy as np

    inside = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    common = np.prod(np.maximum(inside, 0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(common / (np.prod(one[2:] - one[:2]) + areas - common))
