"""The hosts that data sets are published on, made of files that tests write: a Hub, the web, a folder got by hand.

    with world(tmp_path) as made:
        made.on_hub("owner/name", {"data/train-00000.parquet": parquet([...])})
        made.on_web("https://example.org/a.zip", zipped({"a.jpg": photo(0).data}))
        made.to_hand("file.json", b"[]")

Inside the block the clients of this process find all of them at their real addresses.
"""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.servers.files import FileServer, file_server
from tests.servers.hub import Hub, hub_server
from tests.servers.hub_clients import hub_clients
from tests.servers.hub_repos import Repo


@dataclass(slots=True)
class World:
    """``hub.sent`` and ``web.asked`` tell what was downloaded; ``by_hand`` is what ``--files`` names."""

    hub: Hub
    web: FileServer
    by_hand: Path

    def on_hub(self, repo: str, files: Mapping[str, bytes], card: str = "") -> None:
        """A commit with these files; ``card`` is its README.md."""
        self.hub.repos.setdefault(repo, Repo(repo))
        self.hub.commit(repo, {**files, **({"README.md": card.encode()} if card else {})})

    def on_web(self, url: str, data: bytes) -> None:
        """A file at its published address."""
        place = urlsplit(url)
        self._write(self.web.folder / place.netloc / place.path.lstrip("/"), data)

    def to_hand(self, name: str, data: bytes) -> None:
        """A file that a user has downloaded."""
        self._write(self.by_hand / name, data)

    def asked(self, url: str) -> list[str | None]:
        """The ranges that were asked of a file on the web; None for all of it."""
        place = urlsplit(url)
        return [span for _, path, span in self.web.asked if path == f"/{place.netloc}{place.path}"]

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world with nothing in it yet, and an empty cache."""
    for name in ("web", "by-hand", "home", "hub"):
        (folder / name).mkdir(parents=True)
    with (
        hub_server({}) as hub,
        file_server(folder / "web") as web,
        hub_clients(hub, folder / "hub"),
        pytest.MonkeyPatch.context() as patch,
    ):
        own = [f"{at}={at}" for at in (hub.endpoint, hub.cdn)]
        everything = [f"{scheme}://={web.url('')}" for scheme in ("http", "https")]
        patch.setenv("VLMDATA_MIRRORS", " ".join((*own, *everything)))
        patch.setenv("VLMDATA_HOME", str(folder / "home"))
        yield World(hub, web, folder / "by-hand")


def parquet(rows: Sequence[Mapping[str, Any]], features: Any = None, group: int = 1000) -> bytes:
    """Parquet as ``datasets`` writes it. A picture is ``{"bytes": …, "path": …}``; give ``features`` to say so."""
    import datasets
    import pyarrow.parquet as pq

    table = datasets.Dataset.from_list([dict(row) for row in rows], features=features).data.table
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=group)
    return buffer.getvalue()


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_lines(rows: Sequence[object]) -> bytes:
    return b"".join(as_json(row) + b"\n" for row in rows)


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], mode: str = "w") -> bytes:
    """A tar; ``mode`` ``w:gz`` and ``w:xz`` for compressed ones."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
