"""A Hub of data sets and models on this machine, for the unmodified ``huggingface_hub`` and ``datasets`` clients.

    with hub_server({"owner/name": folder}) as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint      # before the client is imported
        hub.commit("owner/name", {"new.txt": b"..."})
        hub.break_off("data/train.parquet", after=1000)
        hub.downloads["data/train.parquet"]           # how often its bytes were sent, in whole or in part

What it answers is what huggingface.co answers: repository info, trees in pages, paths-info, refs, ``resolve`` with
ETag and commit, large files by a redirect to a second host (``localhost``), ranges, ``X-Error-Code``.
In this process the clients have read their settings already: ``tests.servers.hub_clients`` turns them to the server.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.servers.hub_handler import Handler, Seen
from tests.servers.hub_repos import Repo, from_folder


@dataclass(slots=True)
class Hub:
    """What the server holds and what it was asked. Read the counts when the client is done.

    ``downloads`` counts by path in the repository the answers that bore bytes of that file, ``sent`` those bytes.
    """

    repos: dict[str, Repo]
    moved: Mapping[str, str]
    tokens: Mapping[str, str]
    page_size: int
    port: int = 0
    requests: list[Seen] = field(default_factory=list)
    downloads: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    _breaks: dict[str, list[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cdn(self) -> str:
        """Another host than the endpoint, so that clients must not send it their token."""
        return f"http://localhost:{self.port}"

    def commit(self, repo: str, changes: Mapping[str, Path | bytes | None], ref: str = "main") -> str:
        """Make a new revision; its commit hash."""
        return self.repos[repo].commit(changes, ref)

    def sha(self, repo: str, ref: str = "main") -> str:
        return self.repos[repo].refs[ref]

    def break_off(self, file: str, after: int, times: int = 1) -> None:
        """Cut the next ``times`` answers with this file's bytes off after ``after`` bytes."""
        self._breaks.setdefault(file, []).extend([after] * times)

    def mend(self, file: str) -> None:
        """Break off no more."""
        with self._lock:
            self._breaks.pop(file, None)

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self.requests.clear()
            self.downloads.clear()
            self.sent.clear()

    def note(self, seen: Seen) -> None:
        with self._lock:
            self.requests.append(seen)

    def broken_after(self, file: str) -> int | None:
        with self._lock:
            waiting = self._breaks.get(file)
            return waiting.pop(0) if waiting else None


class _Server(ThreadingHTTPServer):
    """Ends the connections that clients keep alive when it ends itself."""

    daemon_threads = False

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server."""

    def server_close(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextmanager
def hub_server(
    folders: Mapping[str, Path],
    *,
    gated: Mapping[str, Collection[str]] | None = None,
    private: Mapping[str, Collection[str]] | None = None,
    moved: Mapping[str, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    page_size: int = 1000,
    handler: type[Handler] = Handler,
) -> Iterator[Hub]:
    """A Hub whose repositories are the files of ``folders``, by id.

    ``gated`` and ``private`` name the tokens that may enter, ``moved`` the new ids of renamed repositories,
    ``tokens`` the users behind tokens, ``handler`` what answers (that of ``hub_write`` takes files too). The folders
    must not change while it runs; ``commit`` makes revisions.
    """
    repos = {repo: from_folder(repo, folder) for repo, folder in folders.items()}
    for repo, allowed in (gated or {}).items():
        repos[repo].gated = frozenset(allowed)
    for repo, allowed in (private or {}).items():
        repos[repo].private = frozenset(allowed)
    hub = Hub(repos, moved or {}, tokens or {}, page_size)
    server = _Server(type("HubHandler", (handler,), {"hub": hub}))
    hub.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="hub")
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
