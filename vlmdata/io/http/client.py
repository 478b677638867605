"""Getting addresses over HTTP: politely, within bounds, and with an outcome for whatever comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vlmdata.io.http.address import address, redirected
from vlmdata.io.http.backoff import pause, retry_after
from vlmdata.io.http.body import dismissed, whole_body
from vlmdata.io.http.failure import MAY_PASS, UNANSWERED, FetchError, failure_of
from vlmdata.io.http.guard import Guard
from vlmdata.io.http.lookup import lookup
from vlmdata.io.http.opt_out import opted_out
from vlmdata.io.http.outcome import Failed, Got, Outcome
from vlmdata.io.http.pace import Host, Pace
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.resolver import Resolver
from vlmdata.io.http.room import Room
from vlmdata.io.http.session import new_session
from vlmdata.io.http.url_cache import UrlCache
from vlmdata.types import Download

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

ROOM_BYTES = 256 << 20  # of large bodies under way
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410, 451})
_BUSY = frozenset({429, 503})
_PACED = frozenset({"rate_limited", "http_503"})
_NO_BODY = frozenset({204, 205})
_CLOSE = {"Connection": "close"}


class HttpClient:
    """One client for a run of requests; an async context manager of one event loop.

    Args:
        policy: its limits.
        cache: what was got before, asked first.
        nameservers: in place of the system's (``host`` or ``host:port``; needs aiodns).
    """

    def __init__(self, policy: HttpPolicy, cache: UrlCache | None = None, nameservers: Sequence[str] = ()) -> None:
        self._policy = policy
        self._cache = cache
        self._nameservers = nameservers
        self._agent = policy.user_agent.partition("/")[0].strip().lower()
        self._guard = Guard(policy)
        self._pace = Pace(policy.concurrency, policy.per_host, policy.max_wait_s)
        self._room = Room(max(ROOM_BYTES, policy.max_bytes))
        self._under_way: dict[object, tuple[str, float]] = {}
        self._resolver: Resolver
        self._session: ClientSession

    async def __aenter__(self) -> Self:
        self._resolver = Resolver(lookup(self._nameservers), self._guard)
        self._session = new_session(self._policy, self._resolver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pace.close()
        await self._session.close()
        await self._resolver.close()

    async def get(self, url: str) -> Outcome:
        """What becomes of ``url``. Raises for nothing that an address, DNS or a server does.

        As many as there are may be called at once: those that wait for their turn cost a future each.
        ``StorageError`` where the cache cannot be written.
        """
        if self._cache is None:
            return await self._persist(url)
        kept = self._cache.get(url)
        if isinstance(kept, Got) or (kept and self._policy.honour_opt_outs):
            return kept
        outcome = await self._persist(url)
        self._cache.put(url, outcome)
        return outcome

    def in_flight(self) -> list[tuple[str, float]]:
        """Hosts of requests under way, and hosts whose pause is waited out, with seconds; longest first."""
        now = asyncio.get_running_loop().time()
        since = [*self._under_way.values(), *self._pace.waited_for()]
        return sorted(((host, now - began) for host, began in since), key=lambda pair: -pair[1])

    def trouble(self) -> str | None:
        """One line on what is wrong with DNS and what to do, None while nothing is."""
        return self._resolver.trouble()

    async def _persist(self, text: str) -> Outcome:
        try:
            url = address(text)
        except FetchError as error:
            return error.failed
        attempts = 0
        while True:
            outcome = await self._attempt(_Attempt(text, url, self._policy.timeout_s, urgent=attempts > 0))
            attempts += 1
            if isinstance(outcome, Got) or outcome.reason not in MAY_PASS or attempts > self._policy.retries:
                return outcome
            if outcome.reason not in _PACED:
                await asyncio.sleep(pause(attempts))

    async def _attempt(self, attempt: _Attempt) -> Outcome:
        """One request and those its redirects lead to."""
        seen = [attempt.url]
        try:
            while True:
                answer = await self._hop(attempt)
                if not isinstance(answer, _Redirect):
                    return answer
                url = redirected(attempt.url, answer.location)
                if url in seen:
                    return Failed("redirect_loop", "a redirect to where it came from")
                if len(seen) > self._policy.max_redirects:
                    return Failed("too_many_redirects", f"more than {self._policy.max_redirects} redirects")
                seen.append(url)
                attempt.url, attempt.urgent, attempt.moved = url, True, True
        except FetchError as error:
            return error.failed

    async def _hop(self, attempt: _Attempt) -> Got | Failed | _Redirect:
        target = self._target(attempt.url)
        host = self._pace.host(target.scheme, target.raw_host or "", target.port or 0)
        verdict = await self._pace.enter(host, attempt.urgent)
        if verdict is not None:
            return verdict
        clock = asyncio.get_running_loop().time
        began = clock()
        ticket = object()
        self._under_way[ticket] = (host.name, began)
        try:
            answer = await self._exchange(target, attempt, host)
            self._judge(host, answer)
            return answer
        finally:
            attempt.left_s -= clock() - began
            del self._under_way[ticket]
            self._pace.leave(host)

    def _target(self, url: URL) -> URL:
        """Where ``url`` is asked for: there, or at its mirror. ``FetchError`` where that may not be."""
        if self._policy.mirrors:
            mirror = self._policy.mirrors.apply(str(url))
            url = address(mirror) if mirror else url
        self._guard.check(url)
        return url

    def _judge(self, host: Host, answer: Got | Failed | _Redirect) -> None:
        if isinstance(answer, Failed) and answer.reason in UNANSWERED:
            self._pace.unanswered(host, answer)
        elif not (isinstance(answer, Failed) and answer.reason in _PACED):
            self._pace.answered(host)

    async def _exchange(self, target: URL, attempt: _Attempt, host: Host) -> Got | Failed | _Redirect:
        headers = _CLOSE if self._pace.is_last(host) else None
        try:
            async with asyncio.timeout(attempt.left_s):
                response = await self._session.get(target, allow_redirects=False, headers=headers)
                try:
                    return await self._answer(response, attempt, host)
                finally:
                    response.close()
        except TimeoutError:
            return Failed("timeout", f"no whole answer within {self._policy.timeout_s:g} s")
        except Exception as error:
            return failure_of(error)

    async def _answer(self, response: ClientResponse, attempt: _Attempt, host: Host) -> Got | Failed | _Redirect:
        headers = response.headers
        if response.status == HTTPStatus.OK:
            refusal = self._policy.honour_opt_outs and opted_out(lambda name: headers.getall(name, ()), self._agent)
            if refusal:
                return Failed("opted_out", refusal, lasting=True)
            data = await whole_body(response, self._policy.max_bytes, self._room)
            return Got(data, attempt.download(headers.get("Content-Type")))
        answer: Failed | _Redirect
        if response.status in _REDIRECTS:
            answer = _Redirect(headers.get("Location"))
        else:
            answer = _refused(response.status)
            if response.status in _BUSY:
                self._pace.patience(host, answer, retry_after(headers.get("Retry-After")))
        await dismissed(response)
        return answer


@dataclass(slots=True)
class _Attempt:
    """Where an attempt stands: the address as it was given and as it is after redirects, and the time left."""

    text: str
    url: URL
    left_s: float
    urgent: bool
    moved: bool = False

    def download(self, content_type: str | None) -> Download:
        return Download(
            url=self.text,
            final_url=str(self.url) if self.moved else self.text,
            status=200,
            content_type=content_type and _printable(content_type),
        )


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str | None


def _refused(status: int) -> Failed:
    """The outcome of an answer that is not the page."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failed("rate_limited", "429 Too Many Requests")
    if status in _NO_BODY:
        return Failed("empty_body")
    with suppress(ValueError):  # a status that nobody has defined
        return Failed(f"http_{status}", f"{status} {HTTPStatus(status).phrase}", lasting=status in _GONE)
    return Failed(f"http_{status}", str(status))


def _printable(header: str) -> str:
    """A header as text: what is no UTF-8 replaced, and not longer than any honest one."""
    return header[:200].encode(errors="surrogateescape").decode(errors="replace")
