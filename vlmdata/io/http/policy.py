"""What fetching may do to other people's servers, and what it takes from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vlmdata import __version__
from vlmdata.io.http.mirrors import Mirrors

USER_AGENT = f"vlmdata/{__version__} (vision-language data pipeline)"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPolicy:
    """Limits of one client. Nothing here changes the bytes of a picture that is got.

    Attributes:
        concurrency: requests under way at the same time, over all hosts.
        per_host: of these to one host and port; adaptive, so fewer where a host answers 429 or 503.
        timeout_s: seconds for one attempt, from its first byte sent to the last byte received.
        retries: further attempts for what may pass (resets, timeouts, 429, 5xx), after a growing pause.
        max_wait_s: the longest ``Retry-After`` that is waited out.
        max_bytes: a body over it is an error, never cut.
        max_redirects: hops followed.
        user_agent: says who asks.
        allow_private_hosts: addresses of private networks and of this machine may be asked, too.
        honour_opt_outs: pictures that servers keep from machine learning are not taken.
        mirrors: addresses got from elsewhere, by default as ``$VLMDATA_MIRRORS`` says; their targets may be private.
    """

    concurrency: int = 128
    per_host: int = 8
    timeout_s: float = 30.0
    retries: int = 2
    max_wait_s: float = 60.0
    max_bytes: int = 64 << 20
    max_redirects: int = 5
    user_agent: str = USER_AGENT
    allow_private_hosts: bool = False
    honour_opt_outs: bool = True
    mirrors: Mirrors = field(default_factory=Mirrors.parsed)

    def shared_by(self, workers: int) -> HttpPolicy:
        """The part of one of ``workers``, so that together they keep within these bounds, one request each at least."""
        return replace(self, concurrency=max(1, self.concurrency // workers), per_host=max(1, self.per_host // workers))
