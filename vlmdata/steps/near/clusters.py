"""Connected components, joined pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.integer[Any]]


class Clusters:
    """Which of ``count`` rows belong together. A cluster goes by the least of its rows."""

    def __init__(self, count: int) -> None:
        import numpy as np

        self._above = np.arange(count, dtype=np.int32)

    def of(self, rows: Rows) -> NDArray[np.int32]:
        """The cluster of each row."""
        import numpy as np

        found = self._above[rows]
        while True:
            higher = self._above[found]
            if np.array_equal(higher, found):
                break
            found = higher
        self._above[rows] = found
        return found

    def join(self, ones: Rows, others: Rows) -> None:
        """Each pair belongs together from now on."""
        import numpy as np

        while len(ones):
            ones, others = self.of(ones), self.of(others)
            apart = ones != others
            ones, others = ones[apart], others[apart]
            np.minimum.at(self._above, np.maximum(ones, others), np.minimum(ones, others))
