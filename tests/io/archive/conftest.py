"""Archives written by the standard library, and a server of them."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.servers.files import FileServer, file_server

MEMBERS = {f"set/{number:03d}.jpg": random.Random(number).randbytes(2000 + 37 * number) for number in range(40)}
MEMBERS |= {"set/notes.txt": b"words " * 500, "set/empty.jpg": b""}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "served"
    path.mkdir()
    return path


@pytest.fixture
def server(folder: Path) -> Iterator[FileServer]:
    with file_server(folder) as state:
        yield state


@pytest.fixture
def make_zip(folder: Path) -> Callable[..., Path]:
    def make(name: str = "a.zip", members: Mapping[str, bytes] = MEMBERS, method: int = zipfile.ZIP_DEFLATED) -> Path:
        with zipfile.ZipFile(folder / name, "w", method) as file:
            for member, data in members.items():
                file.writestr(member, data)
        return folder / name

    return make


@pytest.fixture
def make_tar(folder: Path) -> Callable[..., Path]:
    def make(name: str = "a.tar", members: Mapping[str, bytes] = MEMBERS, mode: str = "w") -> Path:
        with tarfile.open(folder / name, mode) as file:  # type: ignore[call-overload]
            for member, data in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))
        return folder / name

    return make
