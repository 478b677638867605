"""Pictures got over HTTP by a thread of their own: many at a time, handed out in the order they are asked for."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Self

from vlmdata.engine.job import Fetching
from vlmdata.engine.traffic import Pulse, Traffic
from vlmdata.io.http.client import HttpClient
from vlmdata.io.http.outcome import Got, Outcome
from vlmdata.io.http.url_cache import UrlCache
from vlmdata.types import Download

IN_MEMORY = 64 << 20
PULSE_S = 1.0
SLOW_HOSTS = 3


@dataclass(frozen=True, slots=True)
class _Spooled:
    """A body that waits on disk."""

    offset: int
    size: int
    download: Download


@dataclass(slots=True)
class _Spool:
    """A nameless file: bodies that came before their turn lie here, so that memory does not grow with them."""

    folder: Path
    _file: IO[bytes] | None = None
    _end: int = 0

    def put(self, got: Got) -> _Spooled:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115
        place = _Spooled(self._end, len(got.data), got.download)
        os.pwrite(self._file.fileno(), got.data, self._end)
        self._end += len(got.data)
        return place

    def get(self, place: _Spooled) -> Got:
        assert self._file is not None
        return Got(os.pread(self._file.fileno(), place.size, place.offset), place.download)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@dataclass(slots=True)
class _Tally:
    """What came so far. Written by the thread of the event loop alone."""

    rows: int = 0
    got: int = 0
    bytes: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def count(self, outcome: Outcome, rows: int) -> None:
        self.rows += rows
        if isinstance(outcome, Got):
            self.got += 1
            self.bytes += len(outcome.data)
        else:
            self.failed[outcome.reason] += 1


class Downloads:
    """The addresses of one task. Equal ones are asked for once and handed out as often as they occur.

    All are given to the client at once, which bounds what it does by host and over all; so no slow host stands
    in the way of another. Up to ``IN_MEMORY`` bytes of bodies wait in memory, further ones on disk.
    """

    def __init__(self, urls: Iterable[str], fetching: Fetching, scratch: Path, pulse: Pulse) -> None:
        self._uses = Counter(urls)
        self._policy = fetching.policy
        self._cache = UrlCache(fetching.cache) if fetching.cache else None
        self._spool = _Spool(scratch)
        self._pulse = pulse
        self._tally = _Tally()
        self._arrivals: SimpleQueue[tuple[str, Outcome | _Spooled | BaseException]] = SimpleQueue()
        self._waiting: dict[str, Outcome | _Spooled] = {}
        self._put = 0  # bytes handed over in memory, counted by the loop's thread
        self._taken = 0  # and those given out, counted by the caller's
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="downloads", daemon=True)

    def take(self, url: str) -> Outcome:
        """What became of ``url``; waits for it. Each address may be taken as often as it was given."""
        while url not in self._waiting:
            came, outcome = self._arrivals.get()
            if isinstance(outcome, BaseException):
                raise outcome
            self._waiting[came] = outcome
        waiting = self._waiting[url]
        self._uses[url] -= 1
        if not self._uses[url]:
            del self._waiting[url]
            if isinstance(waiting, Got):
                self._taken += len(waiting.data)
        return self._spool.get(waiting) if isinstance(waiting, _Spooled) else waiting

    def __enter__(self) -> Self:
        _allow_files(self._policy.concurrency)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed: everything has come
                self._loop.call_soon_threadsafe(_cancel_all)
        self._thread.join()
        self._spool.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._get_all())
        except asyncio.CancelledError:
            pass
        except BaseExceptionGroup as errors:
            self._arrivals.put(("", errors.exceptions[0]))
        except BaseException as error:
            self._arrivals.put(("", error))

    async def _get_all(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with HttpClient(self._policy, self._cache) as client, asyncio.TaskGroup() as group:
            beating = group.create_task(self._beat(client))
            for get in [group.create_task(self._get(client, url, rows)) for url, rows in tuple(self._uses.items())]:
                if self._ended.is_set():
                    _cancel_all()
                await get
            beating.cancel()
            self._pulse.beat(self._traffic(client))

    async def _get(self, client: HttpClient, url: str, rows: int) -> None:
        outcome = await client.get(url)
        self._tally.count(outcome, rows)
        if isinstance(outcome, Got):
            if self._put - self._taken + len(outcome.data) > IN_MEMORY:
                self._arrivals.put((url, self._spool.put(outcome)))
                return
            self._put += len(outcome.data)
        self._arrivals.put((url, outcome))

    async def _beat(self, client: HttpClient) -> None:
        while True:
            await asyncio.sleep(PULSE_S)
            self._pulse.beat(self._traffic(client))

    def _traffic(self, client: HttpClient) -> Traffic:
        return Traffic(
            rows=self._tally.rows,
            got=self._tally.got,
            bytes=self._tally.bytes,
            failed=dict(self._tally.failed),
            slow=client.in_flight()[:SLOW_HOSTS],
            trouble=client.trouble(),
        )


def _allow_files(connections: int) -> None:
    """Lift this process's own limit on open files (often 1024) where so many connections could meet it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _cancel_all() -> None:
    for task in asyncio.all_tasks():
        task.cancel()
