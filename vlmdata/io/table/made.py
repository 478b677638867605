"""Files of the cache that are made once and read by many processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from vlmdata.errors import StorageError
from vlmdata.io.atomic import publishing
from vlmdata.io.cache import indexes


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The file called ``name``, written by ``make(path)`` unless the cache holds it.

    ``name`` tells what it is made of, so it is never stale. It appears whole or not at all; processes that make it
    at the same time publish equal files. Raises ``StorageError`` where the cache cannot be written.
    """
    path = indexes() / name
    if path.exists():
        return path
    own = path.with_name(f"{uuid4().hex}-{name}")
    try:
        with publishing(own) as partial:
            make(partial)
        own.replace(path)
    except StorageError as error:
        raise StorageError(
            f"a table cannot be prepared for reading: {error}. VLMDATA_HOME sets where that is kept"
        ) from error
    return path
