"""Tiny inputs, written by the tests themselves, and the real files where they are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image as PilImage

from vlmdata.datasets import formats_by_name
from vlmdata.datasets.base import Format
from vlmdata.datasets.formats.urls import Urls
from vlmdata.types import Rejected, Sample

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the real files are not at {SHARED}")
    return SHARED


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Urls]:
    """Urls over a table of these columns, in Parquet."""

    def make(columns: dict[str, Any], name: str = "t.parquet", group: int = 1000, **fields: Any) -> Urls:
        pq.write_table(pa.table(columns), tmp_path / name, row_group_size=group)
        return Urls.model_validate({"path": name, **fields}, context={"base": str(tmp_path)})

    return make


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Bytes of a small picture of one colour."""

    def make(color: str = "red", kind: str = "JPEG") -> bytes:
        buffer = io.BytesIO()
        PilImage.new("RGB", (8, 6), color).save(buffer, kind)
        return buffer.getvalue()

    return make


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Format]:
    """An input of a format, its paths relative to ``tmp_path``."""

    def make(name: str, base: Path = tmp_path, **fields: object) -> Format:
        return formats_by_name()[name].model_validate({"format": name, **fields}, context={"base": str(base)})

    return make


@pytest.fixture
def items() -> Callable[[Format], list[Sample | Rejected]]:
    """All rows of an input, in order."""

    def read(source: Format) -> list[Sample | Rejected]:
        return [item for partition in source.partitions() for item in source.read(partition)]

    return read


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[[str, object], Path]:
    def write(name: str, data: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), encoding="utf-8")
        return path

    return write
