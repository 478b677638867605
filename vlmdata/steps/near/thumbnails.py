"""Thumbnails of all samples, in one file, and how alike those of two samples are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.pixels.perceptual import THUMBNAIL_BYTES, mirrored_thumbnails, similarities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

    Rows = NDArray[np.integer[Any]]

_PAIRS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Those of sample ``n`` are ``count[n]`` in the file, from number ``first[n]`` on."""

    path: Path
    first: NDArray[np.int64]
    count: NDArray[np.int32]

    def similarity(self, ones: Rows, others: Rows, flipped: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How alike the pictures of two samples are that are least alike; 0 if one sample has more than the other.

        They are compared in their order; those of the other mirrored where ``flipped``.
        """
        import numpy as np

        found = np.zeros(len(ones))
        for start in range(0, len(ones), _PAIRS_AT_ONCE):
            part = slice(start, start + _PAIRS_AT_ONCE)
            found[part] = self._some(ones[part], others[part], flipped[part])
        return found

    def _some(self, ones: Rows, others: Rows, flipped: NDArray[np.bool_]) -> NDArray[np.float64]:
        import numpy as np

        same = self.count[ones] == self.count[others]
        found: NDArray[np.float64] = same.astype(np.float64)
        for number in range(int(self.count[ones[same]].max(initial=0))):
            left = np.flatnonzero((self.count[ones] > number) & (found > 0))
            one = self._read(self.first[ones[left]] + number)
            other = self._read(self.first[others[left]] + number)
            turned = flipped[left]
            other[turned] = mirrored_thumbnails(other[turned])
            found[left] = np.minimum(found[left], similarities(one, other))
        return found

    def _read(self, numbers: NDArray[np.int64]) -> Pixels:
        import numpy as np

        # Mapped anew each time, so that pages read do not pile up.
        rows: Pixels = np.memmap(self.path, np.uint8, "r").reshape(-1, THUMBNAIL_BYTES)[numbers]
        return np.asarray(rows)
