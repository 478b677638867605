"""Where a Hub that takes files keeps them, what came in, and which connections are cut."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Depot:
    """Objects that have arrived, by SHA-256; what is to be cut; pull requests. ``chunk`` is the size of a part."""

    store: Path
    chunk: int
    received: Counter[str] = field(default_factory=Counter)
    committed: list[tuple[str, str, int]] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    signed: set[str] = field(default_factory=set)
    _cuts: list[tuple[str, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, what: str, after: int = 0, times: int = 1) -> None:
        """Cut the next connections of a kind: ``part`` (after so many bytes), ``commit`` or ``committed``."""
        self._cuts.extend([(what, after)] * times)

    def mend(self) -> None:
        self._cuts.clear()

    def cut_after(self, what: str) -> int | None:
        with self._lock:
            for place, (kind, after) in enumerate(self._cuts):
                if kind == what:
                    del self._cuts[place]
                    return after
        return None

    def object(self, sha256: str) -> Path:
        return self.store / sha256

    def sign(self, path: str) -> str:
        """An address that holds for this object only, and tells nothing of who may use it."""
        signature = secrets.token_hex(8)
        self.signed.add(f"{path}?signature={signature}")
        return f"{path}?signature={signature}"
