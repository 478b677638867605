"""Whose turn it is: so many requests at the same time, so many to one host, fewer where a host asks for patience."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from vlmdata.io.http.backoff import pause
from vlmdata.io.http.outcome import Failed

HOSTS = 4096  # remembered while idle
MANY_HOSTS = 256
PAUSES = 6  # in a row, without one answer between them
UNANSWERED = 24  # attempts in a row
CLOSED_S = 300.0


@dataclass(slots=True, eq=False)
class Host:
    """One scheme, host and port.

    Attributes:
        limit: requests it takes at the same time, at least 1; a fraction is growth that has not come to one yet.
        paused_since, paused_until: on the loop's clock; ``paused_until`` is 0 while nothing is waited out.
        pauses: waited out since it last answered; ``unanswered``: attempts since.
        verdict: what becomes of every request, while it is given up.
    """

    name: str
    limit: float
    under_way: int = 0
    waiting: deque[asyncio.Future[Failed | None]] = field(default_factory=deque)
    ready: bool = False
    paused_since: float = 0.0
    paused_until: float = 0.0
    pauses: int = 0
    unanswered: int = 0
    verdict: Failed | None = None
    timer: asyncio.TimerHandle | None = None

    @property
    def open(self) -> bool:
        return self.under_way < int(self.limit) and not self.paused_until

    @property
    def idle(self) -> bool:
        return not (self.under_way or self.waiting or self.timer)


class Pace:
    """Slots for requests. A request that waits for its host holds none; hosts with work take turns.

    A host that answers 429 or 503 is left alone for as long as it says, takes half as many requests then, and
    gains one more with each round of answers. One that says nothing else, or nothing at all, is given up for a
    while, so that a thousand addresses of a dead host do not cost a thousand timeouts.
    """

    def __init__(self, concurrency: int, per_host: int, max_wait_s: float) -> None:
        self._free = concurrency
        self._per_host = per_host
        self._max_wait_s = max_wait_s
        self._hosts: OrderedDict[tuple[str, str, int], Host] = OrderedDict()
        self._ready: deque[Host] = deque()

    def host(self, scheme: str, name: str, port: int) -> Host:
        key = (scheme, name, port)
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = Host(name, self._per_host)
            self._forget()
        else:
            self._hosts.move_to_end(key)
        return host

    async def enter(self, host: Host, urgent: bool) -> Failed | None:
        """Wait for a slot; ``leave`` gives it back. Or the verdict on a host that is given up, and no slot.

        ``urgent``: before others of this host, for what is begun already (redirects, further attempts).
        """
        if host.verdict is not None:
            return host.verdict
        if self._free and host.open and (urgent or not host.waiting):
            self._take(host)
            return None
        turn: asyncio.Future[Failed | None] = asyncio.get_running_loop().create_future()
        if urgent:
            host.waiting.appendleft(turn)
        else:
            host.waiting.append(turn)
        self._line_up(host)
        self._dispatch()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result() is None:  # cancelled when its turn had come
                self.leave(host)
            raise

    def leave(self, host: Host) -> None:
        host.under_way -= 1
        self._free += 1
        self._line_up(host)
        self._dispatch()

    def answered(self, host: Host) -> None:
        """The host did what was asked, or said that it cannot."""
        host.pauses = host.unanswered = 0
        if host.limit < self._per_host:
            host.limit = min(host.limit + 1 / host.limit, self._per_host)

    def unanswered(self, host: Host, failed: Failed) -> None:
        """The host could not be reached, or did not answer in time."""
        host.unanswered += 1
        if host.unanswered >= UNANSWERED:
            self._close(host, Failed(failed.reason, f"the host failed {UNANSWERED} times in a row"), CLOSED_S)

    def patience(self, host: Host, failed: Failed, wait_s: float | None) -> None:
        """The host asks for patience (429, 503), for ``wait_s`` or as long as seems right."""
        if wait_s is not None and wait_s > self._max_wait_s:
            self._close(host, failed, wait_s)
            return
        if not host.paused_until:  # else the same refusal, given to requests that were under way together
            host.pauses += 1
            host.limit = max(1.0, host.limit / 2)
        if host.pauses > PAUSES:
            self._close(host, Failed(failed.reason, f"the host asked for patience {PAUSES} times in a row"), CLOSED_S)
            return
        self._pause(host, pause(host.pauses + 1, self._max_wait_s) if wait_s is None else wait_s)

    def is_last(self, host: Host) -> bool:
        """Whether its connection is better closed: nothing more is known to be asked of it, and there are many."""
        return len(self._hosts) > MANY_HOSTS and host.under_way == 1 and not host.waiting

    def waited_for(self) -> list[tuple[str, float]]:
        """Hosts whose requests wait until a pause is over, and since when on the loop's clock."""
        return [(host.name, host.paused_since) for host in self._hosts.values() if host.paused_until and host.waiting]

    def close(self) -> None:
        for host in self._hosts.values():
            if host.timer:
                host.timer.cancel()

    def _take(self, host: Host) -> None:
        self._free -= 1
        host.under_way += 1

    def _line_up(self, host: Host) -> None:
        if host.waiting and host.open and not host.ready:
            host.ready = True
            self._ready.append(host)

    def _dispatch(self) -> None:
        while self._free and self._ready:
            host = self._ready.popleft()
            host.ready = False
            while host.waiting and host.open:
                turn = host.waiting.popleft()
                if not turn.done():  # else cancelled
                    self._take(host)
                    turn.set_result(None)
                    break
            self._line_up(host)

    def _pause(self, host: Host, wait_s: float) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not host.paused_until:
            host.paused_since = now
        host.paused_until = max(host.paused_until, now + wait_s)
        if host.timer:
            host.timer.cancel()
        host.timer = loop.call_at(host.paused_until, self._resume, host)

    def _close(self, host: Host, verdict: Failed, wait_s: float) -> None:
        host.verdict = verdict
        for turn in host.waiting:
            if not turn.done():
                turn.set_result(verdict)
        host.waiting.clear()
        self._pause(host, wait_s)

    def _resume(self, host: Host) -> None:
        if host.verdict:
            host.pauses = host.unanswered = 0
        host.verdict = host.timer = None
        host.paused_until = 0.0
        self._line_up(host)
        self._dispatch()

    def _forget(self) -> None:
        """Drop the hosts idle for longest, as far as there are too many; look at few at a time."""
        for _ in range(2):
            if len(self._hosts) <= HOSTS:
                return
            key, host = next(iter(self._hosts.items()))
            if host.idle:
                del self._hosts[key]
            else:
                self._hosts.move_to_end(key)
