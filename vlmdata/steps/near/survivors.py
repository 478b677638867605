"""Which sample of a cluster stays, and which ones go for its sake."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.steps.near.bands import Rows

    Floats = NDArray[np.float64]
    Similarity = Callable[[Rows, Rows], Floats]

Keep = Literal["largest", "first", "best_aspect"]


def preferred(keep: Keep, pixels: NDArray[np.int64], aspect: Floats) -> Rows:
    """All rows, those that should rather stay first; rows stand in the order of the run."""
    import numpy as np

    orders = {"largest": (-pixels,), "first": (), "best_aspect": (-pixels, aspect)}
    return np.lexsort((np.arange(len(pixels)), *orders[keep])).astype(np.int32)


def survivors(
    clusters: Rows, preference: Rows, similarity: Similarity, least: float | None
) -> tuple[Rows, Rows, Floats]:
    """Rows that go, the row that stays in place of each, and how alike the two are.

    Without ``least``, one row of a cluster stays. With it, only what is so alike to it goes for its sake; of what is
    left of the cluster another one stays, and so on: stars.
    """
    import numpy as np

    found: list[tuple[Rows, Rows, Floats]] = []
    place = np.empty(len(preference), np.int64)
    place[preference] = np.arange(len(preference))
    sizes = np.bincount(clusters, minlength=len(clusters))
    left = np.flatnonzero(sizes[clusters] > 1).astype(np.int32)
    left = left[np.lexsort((place[left], clusters[left]))]
    while len(left):
        begins = np.ones(len(left), bool)
        begins[1:] = clusters[left[1:]] != clusters[left[:-1]]
        stays = left[begins][np.cumsum(begins) - 1][~begins]
        left = left[~begins]
        alike = similarity(stays, left)
        goes = np.ones(len(left), bool) if least is None else alike >= least
        found.append((left[goes], stays[goes], alike[goes]))
        left = left[~goes]
    gone = [np.concatenate(parts) for parts in zip(*found, strict=True)] if found else []
    return (gone[0], gone[1], gone[2]) if gone else (left, left, np.zeros(0))
