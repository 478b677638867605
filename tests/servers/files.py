"""A web server of files with ranges, which counts what it serves and breaks off, forgets or refuses as told.

with file_server(folder) as server:
    server.url("set.zip")
    server.served                     # bytes of all bodies so far
    server.asked                      # (method, path, Range) of all requests
    server.break_after = [5000]       # the next answer ends after so many bytes
    server.refuse = [(503, {"Retry-After": "0"})]
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class FileServer:
    """What the server does and has done.

    Attributes:
        ranges: whether parts are given; otherwise Range is ignored.
        etags, dates: whether files bear an ETag of their content, a Last-Modified.
        lengths: whether sizes are told; otherwise a body ends with its connection.
        stall_after: bytes after which an answer stops without an end, for each of the next answers.
        pages: by path, what is served in place of a file.
        moved: by path, the address it redirects to.
    """

    folder: Path
    port: int = 0
    ranges: bool = True
    etags: bool = True
    dates: bool = True
    lengths: bool = True
    break_after: list[int] = field(default_factory=list)
    stall_after: list[int] = field(default_factory=list)
    refuse: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    served: int = 0
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    def forget(self) -> None:
        """Begin to count anew."""
        self.served = 0
        self.asked.clear()


@contextmanager
def file_server(folder: Path) -> Iterator[FileServer]:
    """Serve a folder for as long as the block lasts."""
    state = FileServer(folder)
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield state
        finally:
            state.stopped.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: FileServer
    timeout = 20

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that had seen enough
            super().handle()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        state = self.state
        path = unquote(urlsplit(self.path).path)
        state.asked.append((self.command, path, self.headers["Range"]))
        file = state.folder / path.lstrip("/")
        if state.refuse:
            self._refuse(*state.refuse.pop(0))
        elif path in state.moved:
            self._refuse(302, {"Location": state.moved[path]})
        elif path in state.pages:
            self._send(200, state.pages[path], {"Content-Type": "text/html"})
        elif file.is_file():
            self._file(file)
        else:
            self._refuse(404, {})

    def _file(self, file: Path) -> None:
        state = self.state
        data = file.read_bytes()
        headers = {"ETag": f'"{hashlib.md5(data).hexdigest()}"'} if state.etags else {}
        if state.dates:
            headers["Last-Modified"] = formatdate(file.stat().st_mtime, usegmt=True)
        match = _RANGE.fullmatch(self.headers["Range"] or "")
        condition = self.headers["If-Range"]
        if not (state.ranges and match) or (condition and condition not in headers.values()):
            self._send(200, data, headers)
            return
        start, stop = int(match[1]), min(int(match[2] or len(data)) + 1, len(data))
        if start >= len(data):
            self._refuse(416, {**headers, "Content-Range": f"bytes */{len(data)}"})
            return
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
        self._send(206, data[start:stop], headers)

    def _refuse(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        state = self.state
        self.send_response(status)
        length = {"Content-Length": str(len(data))} if state.lengths else {"Connection": "close"}
        for name, value in {**headers, **length}.items():
            self.send_header(name, value)
        self.end_headers()
        stalls = bool(state.stall_after)
        until = state.stall_after.pop(0) if stalls else state.break_after.pop(0) if state.break_after else len(data)
        with suppress(OSError):  # the client had enough
            for place in range(0, min(until, len(data)), 16384):
                piece = data[place : min(place + 16384, until)]
                self.wfile.write(piece)
                state.served += len(piece)
            self.wfile.flush()
        if until < len(data) or not state.lengths:
            self.close_connection = True
        if stalls:
            state.stopped.wait(10)
