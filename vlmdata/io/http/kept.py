"""Files of web servers in the cache, by address and what the server says of them."""

from __future__ import annotations

from pathlib import Path

from vlmdata.io.cache import archives
from vlmdata.io.digest import combined
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.remote_file import first_look
from vlmdata.io.http.transfer import Stamp, unreachable
from vlmdata.io.http.whole_file import download_file


def kept_path(url: str, stamp: Stamp) -> Path:
    """Where a file is kept: one that changes on its server becomes another here."""
    known = combined([url, str(stamp.size), stamp.validator or ""])
    return archives() / f"{known[:16]}-{url.rstrip('/').rpartition('/')[2].partition('?')[0][-100:]}"


def kept(url: str, advice: str = "") -> Path:
    """The file at ``url``, downloaded whole into the cache where it is not there yet, with resume.

    ``InputError``, with ``advice``, where there is none; ``RunError`` where the server fails; ``StorageError``.
    """
    policy = HttpPolicy(mirrors=Mirrors.parsed())
    try:
        stamp, _ = first_look(url, policy)
    except FetchError as error:
        raise unreachable(url, error.failed, advice) from error
    return download_file(url, kept_path(url, stamp), size=stamp.size, policy=policy)
