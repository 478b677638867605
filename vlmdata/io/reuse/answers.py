"""What steps found out by looking at pictures."""

from __future__ import annotations

import time
from pathlib import Path

from vlmdata.io.reuse.table import Table

TABLE = "table"

_KEPT_SHARE = 0.9
_DAY_S = 86_400


class Answers:
    """Small answers by key, for one task. Those not asked for longest go first, counted in days."""

    def __init__(self, folder: Path, bound: int) -> None:
        """``bound`` in bytes holds from when this is closed."""
        self._table = Table(folder / TABLE)
        self._bound = bound
        self._today = int(time.time() // _DAY_S)
        self._used: set[bytes] = set()
        self._wrote = False

    def get(self, key: bytes) -> bytes | None:
        found = self._table.get(key)
        if found is None:
            return None
        value, day = found
        if day < self._today:
            self._used.add(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self._table.put(key, value, self._today)
        self._wrote = True

    def close(self) -> None:
        self._table.flush()
        self._table.stamp(self._used, self._today)
        if self._wrote and (size := self._table.bytes) > self._bound:
            self._table.forget_oldest(1 - _KEPT_SHARE * self._bound / size)
        self._table.close()
