"""Certificates are verified, and one context serves all connections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer, hostile_server
from tests.servers.hostile_pages import photo
from vlmdata.io.http.client import HttpClient
from vlmdata.io.http.outcome import Failed, Outcome
from vlmdata.io.http.policy import HttpPolicy


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    with hostile_server(tls=tmp_path_factory.mktemp("tls")) as running:
        yield running


def _trusted(server: HostileServer, patch: pytest.MonkeyPatch) -> None:
    """As users behind a proxy with a certificate of its own do it (OpenSSL, ``SSL_CERT_FILE``)."""
    patch.setenv("SSL_CERT_FILE", str(server.certificate))


def test_a_certificate_that_nobody_vouches_for(tls_server: HostileServer, fetch: Fetch) -> None:
    before = tls_server.requests.total()
    outcome = fetch.one(tls_server.url("/photo.jpg"), retries=2)
    assert outcome == Failed("tls_error", "self-signed certificate")
    assert tls_server.requests.total() == before


def test_one_that_is_trusted(tls_server: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    _trusted(tls_server, monkeypatch)
    assert fetch.got(tls_server.url("/photo.jpg")).data == photo()
    assert fetch.got(tls_server.url("/photo.jpg", "localhost")).data == photo()


def test_one_of_another_host(tls_server: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    _trusted(tls_server, monkeypatch)
    outcome = fetch.one(tls_server.url("/photo.jpg", "127.0.0.2"))
    assert isinstance(outcome, Failed)
    assert outcome.reason == "tls_error"
    assert "127.0.0.2" in outcome.detail


def test_no_tls_where_some_is_meant() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    async def get() -> Outcome:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as plain:
            port = plain.sockets[0].getsockname()[1]
            async with HttpClient(HttpPolicy(allow_private_hosts=True)) as client:
                return await client.get(f"https://127.0.0.1:{port}/photo.jpg")

    assert asyncio.run(get()) == Failed("tls_error", "the TLS handshake failed")


def test_connections_are_kept(tls_server: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    _trusted(tls_server, monkeypatch)
    before = tls_server.connections
    assert set(fetch.reasons(*[tls_server.url("/photo.jpg")] * 20, per_host=1)) == {"got"}
    assert tls_server.connections - before == 1
    assert set(fetch.reasons(*[tls_server.url(path) for path in ("/reset-in-body", "/short")])) == {"truncated_body"}
