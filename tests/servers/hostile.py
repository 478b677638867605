"""A web server that does what it should not: resets, lies about lengths, never ends, loops, refuses.

    with hostile_server() as server:
        server.url("/photo.jpg")                       # a picture
        server.url("/slow", host="127.0.0.2")          # the same server under another name
        server.requests["/photo.jpg"]                  # how often it was asked for

``ROUTES`` says what each path does; ``/status/404`` answers any status, ``/with?X-Robots-Tag=noai`` the picture with
any headers, ``/to?url=…`` redirects anywhere, ``/hops/3`` three times. ``server.files["/a.jpg"] = data`` adds pages.

429 and 503 make a polite client leave the *whole host* alone, so give such paths a host of their own (``HOSTS``).
``server.held = {"/a.jpg"}`` keeps those who ask for a page waiting until it is taken out.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.servers.hostile_bodies import bomb
from tests.servers.hostile_pages import ROUTES, Hangup, Request, missing, photo

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")


@dataclass(slots=True)
class HostileServer:
    """Counts of what was asked and sent, by path without query. Read them when the client is done."""

    port: int = 0
    scheme: str = "http"
    certificate: Path | None = None
    requests: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    at_once: Counter[str] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    held: Set[str] = frozenset()
    _open: Counter[str] = field(default_factory=Counter)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, Hangup):
                while True:
                    await self._answer(reader, writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = urlsplit(lines[0].split(" ")[1])
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        self.requests[target.path] += 1
        request = Request(target.path, dict(parse_qsl(target.query)), writer, self.requests[target.path], self.sent)
        self.agents[headers.get("user-agent", "")] += 1
        host = headers.get("host", "").partition(":")[0]
        self.times.setdefault(host, []).append(asyncio.get_running_loop().time())
        self._open[host] += 1
        self.at_once[host] = max(self.at_once[host], self._open[host])
        try:
            await self._route(request)
        finally:
            self._open[host] -= 1
        if headers.get("connection", "").lower() == "close":
            raise Hangup

    async def _route(self, request: Request) -> None:
        while request.path in self.held:
            await asyncio.sleep(0.02)
        if request.path in self.files:
            await request.answer(self.files[request.path])
            return
        kind = "/" + request.path.split("/")[1]
        await ROUTES.get(request.path, ROUTES.get(kind, missing))(request)


@contextmanager
def hostile_server(tls: Path | None = None) -> Iterator[HostileServer]:
    """Run the server in a thread of its own. ``tls``: a folder for a key and its self-signed certificate."""
    server = HostileServer()
    context = None
    if tls is not None:
        server.scheme, server.certificate = "https", _certificate(tls)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(server.certificate, tls / "key.pem")
    photo(), bomb()  # made before anybody waits for them
    sockets = _sockets()
    server.port = sockets[0].getsockname()[1]
    loop = asyncio.new_event_loop()
    started = threading.Event()
    thread = threading.Thread(target=_run, args=(loop, server, sockets, context, started), daemon=True)
    thread.start()
    started.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _sockets() -> list[socket.socket]:
    """One port on all ``HOSTS`` that this machine has (macOS has 127.0.0.1 alone)."""
    found = [socket.create_server((HOSTS[0], 0), backlog=512)]
    port = found[0].getsockname()[1]
    for host in HOSTS[1:]:
        with suppress(OSError):
            found.append(socket.create_server((host, port), backlog=512))
    return found


def _run(
    loop: asyncio.AbstractEventLoop,
    server: HostileServer,
    sockets: list[socket.socket],
    context: ssl.SSLContext | None,
    started: threading.Event,
) -> None:
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, _context: None)  # clients that go away in mid-handshake are the point
    serving = [loop.run_until_complete(asyncio.start_server(server.serve, sock=one, ssl=context)) for one in sockets]
    started.set()
    loop.run_forever()
    for one in serving:
        one.close()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def _certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {folder / 'key.pem'} -out {path}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return path
