"""Every answer has its outcome, whatever a server does."""

from __future__ import annotations

import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.io.http.conftest import Fetch, reason
from tests.servers.hostile import HostileServer
from tests.servers.hostile_pages import photo
from vlmdata.io.http.outcome import Failed, Got
from vlmdata.io.http.policy import USER_AGENT

MAX_BYTES = 1 << 20

OUTCOMES = {
    "/photo.jpg": "got",
    "/html": "got",  # by its bytes, found to be no picture further on
    "/chunks": "got",
    "/gzip": "got",
    "/deflate": "got",
    "/raw-deflate": "got",
    "/odd-type": "got",
    "/hops/5": "got",
    "/empty": "empty_body",
    "/status/204": "empty_body",
    "/status/201": "http_201",
    "/status/206": "http_206",
    "/status/304": "http_304",
    "/status/403": "http_403",
    "/status/404": "http_404",
    "/status/410": "http_410",
    "/status/500": "http_500",
    "/status/599": "http_599",
    "/reset": "reset",
    "/hangup": "reset",
    "/reset-in-body": "truncated_body",
    "/short": "truncated_body",
    "/short-chunks": "truncated_body",
    "/broken-chunks": "truncated_body",
    "/broken-chunks?s=0.1": "truncated_body",
    "/huge": "too_large",
    "/endless": "too_large",
    "/endless-plain": "too_large",
    "/gzip-bomb": "too_large",
    "/gzip-broken": "bad_encoding",
    "/gzip-short": "bad_encoding",
    "/brotli": "bad_encoding",
    "/loop/a": "redirect_loop",
    "/hops/6": "too_many_redirects",
    "/no-location": "bad_redirect",
    "/to?url=ftp://127.0.0.1/photo.jpg": "bad_redirect",
    "/to?url=file:///etc/passwd": "bad_redirect",
    "/to?url=http://user:password@127.0.0.1/": "bad_redirect",
    "/to?url=http://[::1/": "bad_redirect",
    "/header-flood": "bad_response",
    "/long-header": "bad_response",
    "/bad-status-line": "bad_response",
    "/garbage": "bad_response",
    "/noai": "opted_out",
}


@pytest.mark.parametrize("path", OUTCOMES)
def test_each_answer_has_its_reason(shared_server: HostileServer, fetch: Fetch, path: str) -> None:
    assert fetch.reasons(shared_server.url(path), max_bytes=MAX_BYTES) == [OUTCOMES[path]]


def test_one_client_takes_them_all_at_once(server: HostileServer, fetch: Fetch) -> None:
    urls = [server.url(path) for path in OUTCOMES]
    assert dict(zip(OUTCOMES, fetch.reasons(*urls, max_bytes=MAX_BYTES), strict=True)) == OUTCOMES


_PIECES = (
    *(
        f"HTTP/1.{line}\r\n".encode()
        for line in ("1 200 OK", "0 200 OK", "1 302 Found", "1 429 Busy", "1 100 Continue\r\n")
    ),
    *(f"Content-Length: {length}\r\n".encode() for length in (5, -5, "5, 6", 10**20)),
    *(f"Transfer-Encoding: {coding}\r\n".encode() for coding in ("chunked", "gzip, chunked")),
    *(b"Location: " + target + b"\r\n" for target in (b"http://[", b"\xff\xfe", b"///", b"/")),
    b"Content-Encoding: gzip\r\n",
    b"Retry-After: \xb2\r\n",
    b"X-Robots-Tag: \xff:,\r\n",
    b"Connection: upgrade\r\nUpgrade: websocket\r\n",
    *(b"\r\n", b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n", b"\x00\xff", b"\x1f\x8b\x08"),
)


@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=4), max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(shared_server: HostileServer, fetch: Fetch, pieces: list[bytes]) -> None:
    outcome = fetch.one(shared_server.url(f"/raw?hex={b''.join(pieces).hex()}"), timeout_s=20.0)
    assert isinstance(outcome, Got | Failed)
    assert reason(outcome) != "timeout"


@pytest.mark.parametrize("path", ["/silent", "/slow"])
def test_the_deadline_ends_what_would_not(server: HostileServer, fetch: Fetch, path: str) -> None:
    outcome = fetch.one(server.url(path), timeout_s=0.5)
    assert outcome == Failed("timeout", "no whole answer within 0.5 s")


def test_the_deadline_counts_the_hops_together(server: HostileServer, fetch: Fetch) -> None:
    url = server.url("/to?url=/to%3Furl=/pause%3Fs%3D0.4")
    assert fetch.reasons(url, timeout_s=20) == ["got"]
    assert fetch.reasons(server.url("/pause?s=5"), timeout_s=0.4) == ["timeout"]


def test_a_body_with_more_than_it_says_is_never_longer(server: HostileServer, fetch: Fetch) -> None:
    outcome = fetch.one(server.url("/long"))
    assert isinstance(outcome, Failed) or outcome.data == photo()


def test_nobody_listens(fetch: Fetch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = fetch.one(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert outcome == Failed("connect_failed", "Connection refused")


@pytest.mark.parametrize("path", ["/photo.jpg", "/chunks", "/gzip", "/deflate", "/raw-deflate", "/hops/2"])
def test_the_bytes_are_whole(server: HostileServer, fetch: Fetch, path: str) -> None:
    assert fetch.got(server.url(path)).data == photo()


def test_a_body_of_just_the_limit_is_taken(server: HostileServer, fetch: Fetch) -> None:
    size = len(photo())
    for path in ("/photo.jpg", "/chunks", "/gzip"):
        assert fetch.reasons(server.url(path), max_bytes=size) == ["got"], path
        assert fetch.reasons(server.url(path), max_bytes=size - 1) == ["too_large"], path


def test_what_is_known_of_a_download(server: HostileServer, fetch: Fetch) -> None:
    direct = fetch.got(server.url("/photo.jpg")).download
    assert (direct.url, direct.final_url) == (server.url("/photo.jpg"), server.url("/photo.jpg"))
    assert (direct.status, direct.content_type) == (200, "image/jpeg")
    moved = fetch.got(server.url("/hops/2")).download
    assert (moved.url, moved.final_url) == (server.url("/hops/2"), server.url("/hops/0"))
    odd = fetch.got(server.url("/odd-type")).download
    assert odd.content_type is not None
    assert odd.content_type.encode().startswith(b"image/")


def test_we_say_who_asks(server: HostileServer, fetch: Fetch) -> None:
    fetch(server.url("/photo.jpg"))
    fetch(server.url("/photo.jpg"), user_agent="museum-crawler/2.0")
    assert set(server.agents) == {USER_AGENT, "museum-crawler/2.0"}


def test_connections_are_kept(server: HostileServer, fetch: Fetch) -> None:
    assert set(fetch.reasons(*[server.url("/photo.jpg")] * 40, per_host=2)) == {"got"}
    assert (server.requests["/photo.jpg"], server.connections) == (40, 2)


def test_pages_that_are_not_wanted_do_not_cost_connections(server: HostileServer, fetch: Fetch) -> None:
    urls = [server.url(f"/status/404?bytes={size}") for size in (9, 20_000)]
    assert set(fetch.reasons(*urls * 10, per_host=1)) == {"http_404"}
    assert server.connections == 1


@pytest.mark.parametrize(
    ("path", "requests"),
    [
        ("/status/404", 1),
        ("/status/403", 1),
        ("/status/500", 3),
        ("/status/501", 1),
        ("/reset", 3),
        ("/short", 3),
        ("/huge", 1),
        ("/gzip-broken", 1),
        ("/bad-status-line", 1),
        ("/no-location", 1),
        ("/noai", 1),
    ],
)
def test_only_what_may_pass_is_asked_for_again(server: HostileServer, fetch: Fetch, path: str, requests: int) -> None:
    fetch(server.url(path), retries=2)
    assert server.requests.total() == requests


def test_an_error_that_passes_does_no_harm(server: HostileServer, fetch: Fetch) -> None:
    assert fetch.got(server.url("/flaky?times=2"), retries=2).data == photo()
    assert server.requests["/flaky"] == 3


def test_twenty_missing_pages_are_twenty_requests(server: HostileServer, fetch: Fetch) -> None:
    reasons = fetch.reasons(*(server.url(f"/status/404?row={row}") for row in range(20)), retries=2)
    assert reasons == ["http_404"] * 20
    assert server.requests["/status/404"] == 20


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "not an http or https address"),
        ("photo.jpg", "not an http or https address"),
        ("//127.0.0.1/photo.jpg", "not an http or https address"),
        ("ftp://127.0.0.1/", "not an http or https address"),
        ("http://", "no valid host in it"),
        ("http://127.0.0.1:99999/", "no valid port in it"),
        ("http://a..example/", "no valid host in it"),
        (f"http://{'a' * 64}.example/", "no valid host in it"),
        ("http://user:password@127.0.0.1/", "credentials in it"),
        ("http://127.0.0.1/a\nb", "control characters in it"),
        ("http://127.0.0.1.5/", "not a valid address"),
    ],
)
def test_what_is_no_address_is_told_at_once(fetch: Fetch, url: str, why: str) -> None:
    assert fetch.one(url) == Failed("bad_url", why, lasting=True)
