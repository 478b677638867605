"""One large file to disk: gone on with where it broke off, checked, and there as a whole or not at all."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial as bound
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import InputError
from vlmdata.io.atomic import partial_of, publish, storage_errors, sync
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.transfer import asked, extent, persistently, session, stamp_of, unreachable

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes there will be, where that is known."""


def download_file(
    url: str,
    to: Path,
    *,
    sha256: str | None = None,
    md5: str | None = None,
    size: int | None = None,
    policy: HttpPolicy,
    progress: Progress | None = None,
) -> Path:
    """Get ``url`` as the file ``to``, and return that. A file that is there is taken as it is.

    It is written beside its final name, so a file under that name is whole and has its hashes. After a break the
    next attempt, or the next call, asks for the rest, on the condition that the file is the same; one that has
    changed, or whose server gives no ranges, comes from its beginning. An attempt ends when the server is silent
    for ``policy.timeout_s``; there is no limit to the whole. Two processes that want one file get it once.

    Raises ``InputError`` where there is no such file, or not with these hashes and this size (nothing is kept
    then), ``RunError`` where the server fails for good, ``StorageError``. Call it where no event loop runs.
    """
    if to.exists():
        return to
    with storage_errors(to), _alone(to):
        if not to.exists():
            file = _Begun(to, url)
            try:
                asyncio.run(_download(file, size, policy, progress))
            except FetchError as error:
                raise unreachable(url, error.failed, file.then(error.failed)) from error
            _check(file, {"sha256": sha256, "md5": md5}, size)
            sync(file.path)
            publish(to)
            file.note.unlink(missing_ok=True)
    return to


class _Begun:
    """What is there of a file: its bytes, and a note beside them that says whose they are."""

    def __init__(self, to: Path, url: str) -> None:
        self.url = url
        self.path = partial_of(to)
        self.note = self.path.with_name(self.path.name + ".json")
        self.farthest = 0
        self.validator: str | None = None
        try:
            said = json.loads(self.note.read_text(encoding="utf-8"))
            if said["url"] == url:
                self.validator = said["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # no note: nothing is known of the bytes

    @property
    def size(self) -> int:
        """Bytes that may be gone on with: none where it cannot be told whether they are of the same file."""
        return self.path.stat().st_size if self.validator and self.path.exists() else 0

    def begin(self, validator: str | None) -> None:
        """From nothing, with a file of this validator."""
        with storage_errors(self.path):
            self.path.write_bytes(b"")
            self.note.write_text(json.dumps({"url": self.url, "validator": validator}), encoding="utf-8")
        self.validator = validator

    def remove(self) -> None:
        self.note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.validator = None

    def then(self, failed: Failed) -> str:
        return f"The same command goes on from byte {self.size}" if self.size else ""


async def _download(file: _Begun, size: int | None, policy: HttpPolicy, progress: Progress | None) -> None:
    async with session(policy) as web:
        await persistently(policy, bound(_attempt, web, file, size, policy, progress), lambda: file.farthest)


async def _attempt(
    web: ClientSession, file: _Begun, size: int | None, policy: HttpPolicy, progress: Progress | None
) -> None:
    there = file.size
    async with asked(web, file.url, policy, f"{there}-" if there else None, file.validator) as response:
        if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            if extent(response)[1] == there:
                return  # all of it was there already
            file.remove()
            raise FetchError(Failed("reset", "the server has less of the file than is here"))
        if response.status == HTTPStatus.OK or extent(response)[0] != there:
            if response.status != HTTPStatus.OK:
                file.remove()
                raise FetchError(Failed("reset", "the server gave another range than it was asked for"))
            there = 0
        stamp = stamp_of(response)
        if size is not None and stamp.size not in (None, size):
            raise InputError(f"{file.url} has {stamp.size} bytes, not {size}: it is not the file that is meant")
        if not there:
            file.begin(stamp.validator)
        await _pour(response, file, stamp.size, progress)


async def _pour(response: ClientResponse, file: _Begun, total: int | None, progress: Progress | None) -> None:
    with storage_errors(file.path), file.path.open("ab") as out:
        there = out.tell()
        async for chunk in response.content.iter_any():
            out.write(chunk)
            there += len(chunk)
            file.farthest = max(file.farthest, there)
            if progress:
                progress(there, total)
    if total is not None and there != total:
        raise FetchError(Failed("truncated_body", f"{there} of {total} bytes"))


def _check(file: _Begun, hashes: dict[str, str | None], size: int | None) -> None:
    found, wrong = file.path.stat().st_size, ""
    if size is not None and found != size:
        wrong = f"it has {found} bytes, not {size}"
    for kind, expected in hashes.items():
        if expected and not wrong:
            with file.path.open("rb") as data:
                digest = hashlib.file_digest(data, kind).hexdigest()
            if digest != expected.lower():
                wrong = f"its {kind} is {digest}, not {expected}"
    if wrong:
        file.remove()
        raise InputError(f"{file.url} is not the file that is meant: {wrong}. It is not kept")


@contextmanager
def _alone(to: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.with_name(f".{to.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
