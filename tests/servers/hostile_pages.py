"""What the hostile server answers by path; see ``hostile.py``."""

from __future__ import annotations

import asyncio
import io
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

Page = Callable[["Request"], Awaitable[None]]


@cache
def photo() -> bytes:
    """A JPEG of some 60 KB that is the same every time."""
    from PIL import Image

    width, height = 320, 240
    pixels = bytes(
        (x * x + 3 * y * y + x * y * c) >> 4 & 255 for y in range(height) for x in range(width) for c in range(3)
    )
    file = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


@dataclass(slots=True)
class Request:
    """One request, the way back, how often its path was asked for (this one counted), and bytes sent by path."""

    path: str
    query: dict[str, str]
    writer: asyncio.StreamWriter
    times: int
    sent: Counter[str]

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            self.sent[self.path] += len(part)

    async def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """A well-formed answer; ``_`` in names of headers stands for ``-``."""
        lines = {"Content-Type": "image/jpeg", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        await self.send(head(status, lines) + body)

    def reset(self) -> None:
        """Close with RST, not FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Hangup(Exception):
    """Ends a connection after what was sent."""


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode("utf-8", "surrogateescape")


ROUTES: dict[str, Page] = {}


def page(*paths: str) -> Callable[[Page], Page]:
    """What is asked for under ``paths``, and under paths that begin with one of them and a slash."""

    def add(answer: Page) -> Page:
        ROUTES.update(dict.fromkeys(paths, answer))
        return answer

    return add


async def missing(request: Request) -> None:
    await request.answer(b"no such page", 404, Content_Type="text/plain")


@page("/photo.jpg")
async def _photo(request: Request) -> None:
    await request.answer(photo())


@page("/html")
async def _html(request: Request) -> None:
    await request.answer(b"<!doctype html><title>Sign in</title>", Content_Type="text/html; charset=utf-8")


@page("/empty")
async def _empty(request: Request) -> None:
    await request.answer()


@page("/status")
async def _status(request: Request) -> None:
    status = int(request.path.split("/")[2])
    body = b"" if status in (204, 205, 304) else b"x" * int(request.query.get("bytes", 9))
    await request.answer(body, status, Content_Type="text/plain")


@page("/with")
async def _with(request: Request) -> None:
    await request.answer(photo(), **request.query)


@page("/429", "/503")
async def _busy(request: Request) -> None:
    """``/429?wait=2&times=1`` and ``/503``: refused so many times (default: always), then the picture."""
    if request.times > int(request.query.get("times", 10**9)):
        await request.answer(photo())
        return
    wait = request.query.get("wait")
    await request.answer(b"busy", int(request.path[1:4]), **({"Retry_After": wait} if wait else {}))


@page("/flaky")
async def _flaky(request: Request) -> None:
    """``/flaky?times=2``: so many times an error, then the picture."""
    if request.times > int(request.query.get("times", 1)):
        await request.answer(photo())
    else:
        await request.answer(b"oh", 500)


@page("/silent")
async def _silent(request: Request) -> None:
    await asyncio.sleep(3600)


@page("/pause")
async def _pause(request: Request) -> None:
    """``/pause?s=0.2``: the picture, after a while."""
    await asyncio.sleep(float(request.query.get("s", "0.2")))
    await request.answer(photo())


@page("/reset")
async def _reset(request: Request) -> None:
    request.reset()
    raise Hangup


@page("/hangup")
async def _hangup(request: Request) -> None:
    raise Hangup


@page("/loop")
async def _loop(request: Request) -> None:
    await request.answer(status=302, Location="/loop/b" if request.path.endswith("a") else "/loop/a")


@page("/hops")
async def _hops(request: Request) -> None:
    left = int(request.path.split("/")[2])
    if left:
        await request.answer(b"moved", 301, Location=f"/hops/{left - 1}")
    else:
        await request.answer(photo())


@page("/to")
async def _to(request: Request) -> None:
    await request.answer(b"moved", 302, Location=request.query["url"])


@page("/no-location")
async def _no_location(request: Request) -> None:
    await request.answer(b"moved", 302)


@page("/header-flood")
async def _header_flood(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(20_000):
        await request.send(f"X-{number}: {'y' * 100}\r\n".encode())


@page("/long-header")
async def _long_header(request: Request) -> None:
    await request.answer(photo(), X_Long="y" * 100_000)


@page("/bad-status-line")
async def _bad_status_line(request: Request) -> None:
    await request.send(b"HTTP/1.1 abc what\r\n\r\n")
    raise Hangup


@page("/garbage")
async def _garbage(request: Request) -> None:
    await request.send(bytes(range(256)) * 8)
    raise Hangup


@page("/raw")
async def _raw(request: Request) -> None:
    """``/raw?hex=…``: these bytes."""
    await request.send(bytes.fromhex(request.query.get("hex", "")))
    raise Hangup


@page("/odd-type")
async def _odd_type(request: Request) -> None:
    await request.answer(photo(), Content_Type="image/\udcff\udce9jpeg" + "x" * 1000)
