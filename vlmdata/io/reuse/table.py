"""Values by key in an SQLite file that processes share, and that may be lost at any time."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

DAMAGED = ".damaged"
FILE = "base.sqlite"

_WAIT_S = 10.0
_ROWS_AT_ONCE = 512
_CHECK = 8
_CREATE = "CREATE TABLE kept (key BLOB PRIMARY KEY, value BLOB NOT NULL, stamp INTEGER NOT NULL) WITHOUT ROWID"
_FORGET_OLDEST = """
DELETE FROM kept WHERE key IN (
    SELECT key FROM kept ORDER BY stamp LIMIT (SELECT CAST(COUNT(*) * ? AS INT) FROM kept)
)"""


class Table:
    """Values with a ``stamp`` each, by which they are forgotten. Written rows are committed by the hundred.

    The table has ``folder`` to itself, so that it can be set aside with all that belongs to it by one rename. No method
    raises for a file that is locked, damaged or cannot be written: a damaged one is set aside, and from then on nothing
    is found and nothing is kept. A value whose check fails counts as absent. One process, one ``Table``; not for
    several threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending: dict[bytes, tuple[bytes, int]] = {}
        self._base: sqlite3.Connection | None = None
        self._inode = 0
        try:
            self._open()
        except (OSError, sqlite3.DatabaseError) as error:
            self._give_up(error)

    @property
    def serves(self) -> bool:
        """Whether anything is found and kept."""
        return self._base is not None

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """Value and stamp."""
        if key in self._pending:
            return self._pending[key]
        rows = self._run("SELECT value, stamp FROM kept WHERE key = ?", (key,))
        if not rows:
            return None
        stored, stamp = rows[0]
        value = stored[:-_CHECK]
        return (value, stamp) if stored[-_CHECK:] == _check(key, value) else None

    def put(self, key: bytes, value: bytes, stamp: int) -> None:
        if self._base:
            self._pending[key] = (value, stamp)
            if len(self._pending) >= _ROWS_AT_ONCE:
                self.flush()

    def flush(self) -> None:
        """Commit what waits."""
        rows = [(key, value + _check(key, value), stamp) for key, (value, stamp) in self._pending.items()]
        self._pending.clear()
        self._write("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)

    def stamp(self, keys: Iterable[bytes], stamp: int) -> None:
        """Mark values that stand as used."""
        self._write("UPDATE kept SET stamp = ? WHERE key = ?", [(stamp, key) for key in keys])

    def forget(self, stamps: Iterable[int]) -> None:
        """Remove all values of these stamps."""
        listed = json.dumps(list(stamps))
        self._write("DELETE FROM kept WHERE stamp IN (SELECT value FROM json_each(?))", [(listed,)])

    def forget_oldest(self, share: float) -> None:
        """Remove this share of the values, those of the lowest stamps."""
        self._write(_FORGET_OLDEST, [(share,)])

    @property
    def count(self) -> int:
        return self._number("SELECT COUNT(*) FROM kept")

    @property
    def bytes(self) -> int:
        """Of the file, but for the room that forgotten values left in it."""
        pages, free, size = (self._number(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size

    def close(self) -> None:
        self.flush()
        if self._base:
            with suppress(sqlite3.Error):
                self._base.close()
            self._base = None

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / FILE
        if not path.exists():
            _create(path)
        self._inode = self._folder.stat().st_ino
        self._base = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("SELECT 1 FROM kept LIMIT 1").fetchone()

    def _number(self, question: str) -> int:
        return sum(int(number or 0) for (number,) in self._run(question))

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a question, none where there is no table any more."""
        if not self._base:
            return []
        try:
            return self._base.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            return []

    def _write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for many rows, in one transaction."""
        if not self._base or not rows:
            return
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(statement, rows)
            self._base.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Go on without. Only a damaged file is set aside: one that is locked, or on a full disk, is whole."""
        if self._base:
            with suppress(sqlite3.Error):
                self._base.close()
        self._base = None
        self._pending.clear()
        if type(error) is sqlite3.DatabaseError:
            with suppress(OSError):
                self._set_aside()

    def _set_aside(self) -> None:
        if self._folder.stat().st_ino == self._inode:  # else another process was faster
            aside = self._folder.with_name(self._folder.name + DAMAGED)
            shutil.rmtree(aside, ignore_errors=True)
            self._folder.rename(aside)


def _create(path: Path) -> None:
    """A new file appears whole, with its mode set, so that processes which open it at once need not agree on it."""
    own = path.with_name(f"{uuid4().hex}.new")
    try:
        with closing(sqlite3.connect(own, isolation_level=None)) as base:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute(_CREATE)
        with suppress(FileExistsError):
            path.hardlink_to(own)
    finally:
        own.unlink(missing_ok=True)


def _check(key: bytes, value: bytes) -> bytes:
    import xxhash

    return xxhash.xxh3_64_digest(key + value)
