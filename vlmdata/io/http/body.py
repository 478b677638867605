"""The body of an answer: whole, within bounds, and without its content coding."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.room import Room

if TYPE_CHECKING:
    from aiohttp import ClientResponse

SMALL_BYTES = 1 << 20
DISMISSED_BYTES = 32 << 10
DISMISSED_S = 1.0
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


async def whole_body(response: ClientResponse, max_bytes: int, room: Room) -> bytes:
    """All bytes of the body, decoded.

    At most ``max_bytes`` and one chunk are held; beyond ``SMALL_BYTES`` only in what ``room`` has for it.

    Raises ``FetchError`` with ``too_large``, ``empty_body`` or ``bad_encoding``; aiohttp's errors pass through.
    """
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _bad_encoding("a Content-Encoding that was not asked for")
    declared = response.content_length
    if declared is not None and declared > max_bytes:
        raise _too_large(max_bytes)
    if declared is None:
        with _connection_watched(response):
            data = await _read(response, max_bytes, room)
    else:
        data = await _read(response, declared, room)
    if coding not in ("", "identity"):
        data = decoded(data, coding, max_bytes)
    if not data:
        raise FetchError(Failed("empty_body"))
    return data


async def dismissed(response: ClientResponse) -> None:
    """Take in a small body that nobody wants, so that its connection serves the next request; else it is closed."""
    declared = response.content_length
    if response.content.is_eof() or declared is None or declared > DISMISSED_BYTES:
        return
    with suppress(Exception):
        async with asyncio.timeout(DISMISSED_S):
            await response.read()


async def _read(response: ClientResponse, limit: int, room: Room) -> bytes:
    chunks: list[bytes] = []
    size = taken = 0
    try:
        while chunk := await response.content.readany():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            chunks.append(chunk)
            if size > SMALL_BYTES and not taken:
                await room.take(limit)
                taken = limit
        return b"".join(chunks)
    finally:
        if taken:
            room.give(taken)


@contextmanager
def _connection_watched(response: ClientResponse) -> Iterator[None]:
    """Let the body fail when its connection is lost.

    aiohttp (3.14) closes the connection at a chunk size that is none, but leaves who reads the body waiting.
    """
    from aiohttp import ClientPayloadError

    content, connection = response.content, response.connection
    closed = None if connection is None or connection.protocol is None else connection.protocol.closed
    if closed is None:
        yield
        return

    def lost(_: asyncio.Future[None]) -> None:
        if not content.is_eof() and content.exception() is None:
            content.set_exception(ClientPayloadError("connection lost"))

    closed.remove_done_callback(_taken_note_of)  # one is enough, however many bodies a connection brings
    closed.add_done_callback(_taken_note_of)
    closed.add_done_callback(lost)
    try:
        yield
    finally:
        closed.remove_done_callback(lost)


def _taken_note_of(closed: asyncio.Future[None]) -> None:
    """Ask for the error of a lost connection, for asyncio logs those that nobody asks for."""
    if not closed.cancelled():
        closed.exception()


def decoded(data: bytes, coding: str, max_bytes: int) -> bytes:
    """``data`` without gzip or deflate, never more than ``max_bytes`` of it.

    ``deflate`` is zlib's format by RFC 9110 8.4.1.2, and without its header as some servers send it.
    """
    if coding == "deflate":
        return _inflated(data, _ZLIB if data[:1] == b"\x78" else _RAW, max_bytes)[0]
    whole = bytearray()
    while data:
        part, data = _inflated(data, _GZIP, max_bytes - len(whole))
        whole += part
        if not data.startswith(b"\x1f\x8b"):  # RFC 1952 allows members in a row
            break
    return bytes(whole)


def _inflated(data: bytes, wbits: int, room: int) -> tuple[bytes, bytes]:
    """One stream, and what follows it."""
    stream = zlib.decompressobj(wbits)
    try:
        found = stream.decompress(data, room + 1)
    except zlib.error as error:
        raise _bad_encoding("a body that does not match its Content-Encoding") from error
    if len(found) > room:
        raise FetchError(Failed("too_large", "over the limit when decompressed"))
    if not stream.eof:
        raise _bad_encoding("a compressed body that ends early")
    return found, stream.unused_data


def _bad_encoding(detail: str) -> FetchError:
    return FetchError(Failed("bad_encoding", detail))


def _too_large(max_bytes: int) -> FetchError:
    return FetchError(Failed("too_large", f"more than {max_bytes} bytes"))
