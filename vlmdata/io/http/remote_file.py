"""Ranges of a file on a server, read like those of a file on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import TypeVar

from vlmdata.errors import InputError
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.transfer import Stamp, asked, extent, persistently, session, stamp_of, unreachable

T = TypeVar("T")

HEAD = 512
"""Bytes of the beginning that a first look brings: a tar header, and every other signature."""


class RemoteFile:
    """A file known by its stamp, over one connection that is kept open. Close it; for one thread.

    Every range is asked for on the condition that the file is still the one of the stamp.
    """

    block = 1 << 20

    def __init__(self, url: str, stamp: Stamp, policy: HttpPolicy) -> None:
        if stamp.size is None:
            raise ValueError(f"{url} has no known size, so no ranges are read of it")
        self.name = url
        self.size = stamp.size
        self._stamp = stamp
        self._line = _Line(policy)

    def read(self, start: int, stop: int) -> bytes:
        """Bytes ``start`` to ``stop`` (exclusive), as far as there are any.

        ``InputError`` where the file has changed, ``RunError`` where the server does not answer any more.
        """
        stop = min(stop, self.size)
        if start >= stop:
            return b""
        try:
            return self._line.run(lambda line: self._range(line, start, stop))
        except FetchError as error:
            raise unreachable(self.name, error.failed) from error

    def close(self) -> None:
        self._line.close()

    async def _range(self, line: _Line, start: int, stop: int) -> bytes:
        bounds = f"{start}-{stop - 1}"
        async with asked(line.web, self.name, line.policy, bounds, self._stamp.validator) as response:
            if response.status != HTTPStatus.PARTIAL_CONTENT or extent(response) != (start, self.size):
                raise InputError(f"{self.name} has changed on the server while it was read: start again")
            data = await response.read()
        if len(data) != stop - start:
            raise FetchError(Failed("truncated_body", f"{len(data)} of {stop - start} bytes"))
        return data


def first_look(url: str, policy: HttpPolicy) -> tuple[Stamp, bytes]:
    """The stamp of a file and its first ``HEAD`` bytes, by one request.

    ``FetchError`` where there is none to be had.
    """
    line = _Line(policy)

    async def look(line: _Line) -> tuple[Stamp, bytes]:
        async with asked(line.web, url, policy, f"0-{HEAD - 1}") as response:
            stamp = stamp_of(response)
            if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return stamp, b""
            head = b""
            while len(head) < HEAD and (more := await response.content.read(HEAD - len(head))):
                head += more
            return stamp, head

    try:
        return line.run(look)
    finally:
        line.close()


class _Line:
    """A session and its event loop, for callers that have none."""

    def __init__(self, policy: HttpPolicy) -> None:
        self.policy = policy
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._open = False

    def run(self, attempt: Callable[[_Line], Awaitable[T]]) -> T:
        return self._runner.run(self._persist(attempt))

    async def _persist(self, attempt: Callable[[_Line], Awaitable[T]]) -> T:
        if not self._open:
            self.web = await self._stack.enter_async_context(session(self.policy))
            self._open = True
        return await persistently(self.policy, lambda: attempt(self))

    def close(self) -> None:
        if self._open:
            self._runner.run(self._stack.aclose())
            self._open = False
        self._runner.close()
