"""Memory for large bodies, shared by all requests of a client."""

from __future__ import annotations

import asyncio
from collections import deque


class Room:
    """So many bytes; who wants more than is free waits for those before.

    Each body takes all it can need at one time, so that no two wait for each other. While one waits, its server
    waits, too: nothing more is read from the connection.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> None:
        """Wait for ``size`` bytes, at most as many as there are; ``give`` them back."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        self._dispatch()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # cancelled when its turn had come
                self.give(size)
            else:
                self._dispatch()
            raise

    def give(self, size: int) -> None:
        self._free += size
        self._dispatch()

    def _dispatch(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.cancelled():
                if size > self._free:
                    return
                self._free -= size
                turn.set_result(None)
            self._waiting.popleft()
