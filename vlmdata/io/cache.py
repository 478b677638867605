"""Where vlmdata keeps what runs need again: indexes, fetched inputs, what earlier runs found out and made."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from vlmdata.errors import UsageError


def home() -> Path:
    """``$VLMDATA_HOME``, else ``~/.cache/vlmdata``."""
    return Path(os.environ.get("VLMDATA_HOME") or Path.home() / ".cache" / "vlmdata").absolute()


def indexes() -> Path:
    """Indexes of large inputs; each file is named by the digest of what it indexes."""
    return home() / "indexes"


def fetched() -> Path:
    """Data set directories fetched because a recipe named them."""
    return home() / "fetched"


def answers() -> Path:
    """What steps found out about pictures."""
    return home() / "answers"


def renders() -> Path:
    """Pictures as recipes made them."""
    return home() / "renders"


def fingerprints() -> Path:
    """Fingerprints of evaluation sets that recipes named; each file is named by the digest of what it was made of."""
    return home() / "fingerprints"


def surveys() -> Path:
    """Signatures that global steps took of the rows of earlier runs."""
    return home() / "surveys"


def archives() -> Path:
    """Archives downloaded whole, and plain tars of compressed ones."""
    return home() / "archives"


@contextmanager
def in_use() -> Iterator[None]:
    """While the block runs nobody clears away what it reads. A cache that cannot be locked is used all the same."""
    with ExitStack() as stack:
        with suppress(OSError):
            home().mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(_lock().open("a", encoding="ascii"))
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def unused() -> Iterator[None]:
    """The opposite: ``UsageError`` where a run uses the cache, and no run begins before the block ends."""
    with _lock().open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"a run is using {home()}: wait for it, or end it") from error
        yield


def _lock() -> Path:
    return home() / "lock"
