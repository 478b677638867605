"""Files of a data set as they stand here and on the Hub."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vlmdata.io.hub import HubFile


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to be pushed. ``sha256`` is what it is said to have, ``rows`` how many a Parquet file holds."""

    path: str
    content: Path | bytes
    size: int
    sha256: str
    rows: int | None = None

    @classmethod
    def small(cls, path: str, content: Path | bytes) -> LocalFile:
        """One of which nothing is said: the card, the manifest."""
        data = content if isinstance(content, bytes) else content.read_bytes()
        return cls(path, content, len(data), hashlib.sha256(data).hexdigest())

    def is_at(self, remote: HubFile | None) -> bool:
        """Whether the Hub has it already, by its hash."""
        if remote is None or remote.size != self.size:
            return False
        return remote.sha256 == self.sha256 if remote.sha256 else remote.oid == git_oid(self.content)


def git_oid(content: Path | bytes) -> str:
    """What git calls these bytes: SHA-1 of kind, size and content (git, Documentation/user-manual, Object storage)."""
    data = content if isinstance(content, bytes) else content.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
