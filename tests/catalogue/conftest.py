"""A world for each test, and data sets fetched from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.world import World, world
from vlmdata.engine.run import Where, fetch
from vlmdata.recipe import Output, named_source
from vlmdata.shards.directory import Directory
from vlmdata.types import Manifest, Sample

Fetch = Callable[..., tuple[Path, Manifest, list[Sample]]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as made:
        yield made


@pytest.fixture
def fetched(made: World, tmp_path: Path) -> Fetch:
    """``fetch NAME`` with these options: the directory, its manifest, its samples."""

    def run(name: str, **options: Any) -> tuple[Path, Manifest, list[Sample]]:
        folder = tmp_path / "out"
        source = named_source(name, None, options)
        out, manifest = fetch(source, folder, Where(overwrite=True), settings=Output())
        directory = Directory(path=str(out))
        items = [item for part in directory.partitions() for item in directory.read(part)]
        return out, manifest, [item for item in items if isinstance(item, Sample)]

    return run
