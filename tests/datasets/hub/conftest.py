"""Repositories made on the fly, and a Hub that serves them to the clients of this process."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as PilImage

from tests.servers.hub import Hub as Server
from tests.servers.hub import hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.types import Rejected, Sample

Serve = Callable[..., Server]
COLORS = ("red", "green", "blue", "yellow", "black", "white")


def picture(color: str, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    PilImage.new("RGB", (8, 6), color).save(buffer, kind)
    return buffer.getvalue()


def write(folder: Path, files: dict[str, bytes | str]) -> Path:
    """A repository of these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def parquet(texts: list[str], noise: int = 0) -> bytes:
    """Parquet as ``datasets`` writes it, a picture and its caption in each row; ``noise`` makes rows larger."""
    import datasets

    rows = [
        {"image": {"bytes": picture(COLORS[number % 6]) + bytes(noise), "path": None}, "caption": text}
        for number, text in enumerate(texts)
    ]
    features = datasets.Features(image=datasets.Image(), caption=datasets.Value("string"))
    buffer = io.BytesIO()
    datasets.Dataset.from_list(rows, features=features).to_parquet(buffer)
    return buffer.getvalue()


def tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def card(**head: Any) -> str:
    return "---\n" + json.dumps(head) + "\n---\n\n# A data set\n"


def items(source: Hub) -> list[Sample | Rejected]:
    return [item for partition in source.partitions() for item in source.read(partition)]


def said(item: Sample | Rejected) -> str:
    assert isinstance(item, Sample), item
    return item.messages[-1].text


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve ``owner/name`` from these files; what is downloaded comes into a cache of this test."""
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))
    with ExitStack() as stack:

        def make(files: dict[str, bytes | str], token: str | None = None, **options: Any) -> Server:
            folder = write(tmp_path / "owner-name", files)
            server = stack.enter_context(hub_server({"owner/name": folder}, **options))
            stack.enter_context(hub_clients(server, tmp_path / "cache", token))
            return server

        yield make
