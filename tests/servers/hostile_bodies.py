"""Pages of the hostile server whose bodies are not what their headers say."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from functools import cache

from tests.servers.hostile_pages import Hangup, Request, head, page, photo

CHUNK = bytes(64 << 10)


@page("/noai")
async def _noai(request: Request) -> None:
    """64 MB in pieces, so that what a client leaves unread shows in ``sent``."""
    await request.send(head(200, {"Content-Length": str(len(CHUNK) * 1024), "X-Robots-Tag": "noai"}))
    for _ in range(1024):
        await request.send(CHUNK)


@page("/slow")
async def _slow(request: Request) -> None:
    """A byte a tenth of a second: no pause is long, the whole is."""
    await request.send(head(200, {"Content-Length": "100000"}))
    while True:
        await request.send(b"x")
        await asyncio.sleep(0.1)


@page("/reset-in-body")
async def _reset_in_body(request: Request) -> None:
    await request.send(head(200, {"Content-Length": "100000"}), b"x" * 1000)
    await asyncio.sleep(0.05)
    request.reset()
    raise Hangup


@page("/short")
async def _short(request: Request) -> None:
    await request.send(head(200, {"Content-Length": "100000"}), b"x" * 1000)
    raise Hangup


@page("/long")
async def _long(request: Request) -> None:
    await request.send(head(200, {"Content-Length": str(len(photo()))}), photo(), b"and more of it")
    raise Hangup


@page("/broken-chunks")
async def _broken_chunks(request: Request) -> None:
    """``/broken-chunks?s=0.1``: the broken one comes a while after the headers."""
    await request.send(head(200, {"Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\n")
    await asyncio.sleep(float(request.query.get("s", "0")))
    await request.send(b"not a size\r\n")
    raise Hangup


@page("/short-chunks")
async def _short_chunks(request: Request) -> None:
    await request.send(head(200, {"Transfer-Encoding": "chunked"}), b"400\r\nhello")
    raise Hangup


@page("/chunks")
async def _chunks(request: Request) -> None:
    data = photo()
    await request.send(head(200, {"Transfer-Encoding": "chunked"}))
    for at in range(0, len(data), 7000):
        piece = data[at : at + 7000]
        await request.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    await request.send(b"0\r\n\r\n")


@page("/endless")
async def _endless(request: Request) -> None:
    await request.send(head(200, {"Transfer-Encoding": "chunked"}))
    while True:
        await request.send(f"{len(CHUNK):x}\r\n".encode() + CHUNK + b"\r\n")


@page("/endless-plain")
async def _endless_plain(request: Request) -> None:
    await request.send(head(200, {"Connection": "close"}))
    while True:
        await request.send(CHUNK)


@page("/huge")
async def _huge(request: Request) -> None:
    await request.send(head(200, {"Content-Length": "1000000000000"}))
    while True:
        await request.send(CHUNK)


@page("/gzip")
async def _gzip(request: Request) -> None:
    await request.answer(gzip.compress(photo(), mtime=0), Content_Encoding="gzip")


@page("/deflate")
async def _deflate(request: Request) -> None:
    await request.answer(zlib.compress(photo()), Content_Encoding="deflate")


@page("/raw-deflate")
async def _raw_deflate(request: Request) -> None:
    await request.answer(zlib.compress(photo(), wbits=-15), Content_Encoding="deflate")


@page("/gzip-bomb")
async def _gzip_bomb(request: Request) -> None:
    await request.answer(bomb(), Content_Encoding="gzip")


@cache
def bomb() -> bytes:
    """32 MB of zeros in 32 KB."""
    stream = zlib.compressobj(wbits=31)
    return b"".join([stream.compress(bytes(1 << 20)) for _ in range(32)]) + stream.flush()


@page("/gzip-broken")
async def _gzip_broken(request: Request) -> None:
    await request.answer(b"\x1f\x8b\x08\x00 no gzip at all", Content_Encoding="gzip")


@page("/gzip-short")
async def _gzip_short(request: Request) -> None:
    await request.answer(gzip.compress(photo(), mtime=0)[:-100], Content_Encoding="gzip")


@page("/brotli")
async def _brotli(request: Request) -> None:
    await request.answer(photo(), Content_Encoding="br")
