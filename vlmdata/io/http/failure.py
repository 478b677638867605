"""The typed reasons of requests that failed: what aiohttp raises, as outcomes."""

from __future__ import annotations

import os

from vlmdata.io.http.outcome import Failed


class FetchError(Exception):
    """Ends a request from within; ``failed`` becomes its outcome."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


MAY_PASS = frozenset({
    "connect_failed", "dns_failure", "reset", "timeout", "truncated_body", "rate_limited",
    "http_500", "http_502", "http_503", "http_504",
})  # fmt: skip
"""Reasons for which asking again, after a pause, may help."""

UNANSWERED = frozenset({"connect_failed", "dns_failure", "reset", "timeout", "tls_error"})
"""Reasons that say something about the host rather than about the page."""

_TRUNCATED = "the body ended before it was whole"


def failure_of(error: Exception) -> Failed:
    """The outcome of a request that ended in ``error``.

    What hostile bytes make aiohttp raise is no closed list: the rest is ``bad_response``.
    """
    import ssl

    import aiohttp

    if isinstance(error, FetchError):
        return error.failed
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Failed("tls_error", _certificate(error.certificate_error))
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return Failed("connect_failed", _system(error.os_error))
    if isinstance(error, aiohttp.ClientResponseError) and "chunk" in error.message.lower():
        return Failed("truncated_body", _TRUNCATED)  # the broken chunk came together with the headers
    kinds: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
        ((aiohttp.InvalidURL, UnicodeError), "bad_url", "not a valid address"),
        ((aiohttp.ClientSSLError, ssl.SSLError), "tls_error", "the TLS handshake failed"),
        ((TimeoutError,), "timeout", ""),
        ((aiohttp.ClientPayloadError,), "truncated_body", _TRUNCATED),
        ((aiohttp.ClientConnectionError, OSError), "reset", "the connection broke before there was an answer"),
        ((aiohttp.ClientResponseError,), "bad_response", "what the server sent is not valid HTTP"),
    )
    for types, reason, detail in kinds:
        if isinstance(error, types):
            return Failed(reason, detail, lasting=reason == "bad_url")
    return Failed("bad_response", f"what the server sent cannot be read ({type(error).__name__})")


def _certificate(error: Exception) -> str:
    return str(getattr(error, "verify_message", "")) or "the certificate is not valid for this host"


def _system(error: OSError) -> str:
    """Of an error of the system only what it is: its text may hold addresses of this machine."""
    return os.strerror(error.errno) if error.errno else "no connection"
